/* Linear layer for cores without SIMD: int8. See tcm_scalar_columns.h. */
#ifndef LINEAR_S8__COLUMNS_SCALAR_H
#define LINEAR_S8__COLUMNS_SCALAR_H

#include "tcm_scalar_columns.h"

TCM_KERNEL void linear_s8__columns_scalar(const int8_t *input, const int8_t *weight, const int32_t *parameters,
                                          int8_t *output, uint8_t *scratch, int32_t rows, int32_t input_features,
                                          int32_t output_features, int32_t output_offset, int32_t way,
                                          int32_t common_shift, int32_t activation_min, int32_t activation_max)
{
    const tcm_scalar_outputs outputs = {
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    for (int32_t row = 0; row < rows; row++) {
        const uint32_t sum = tcm_scalar_append(scratch, input, input_features);
        tcm_scalar_multiply(scratch, sum, input_features, (const uint8_t *)weight, parameters, output_features, output,
                            &outputs);
        input += input_features;
        output += output_features;
    }
}

#endif
