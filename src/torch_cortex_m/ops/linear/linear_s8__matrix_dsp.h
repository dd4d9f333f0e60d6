/* Linear layer for cores with the DSP extension: int8, four rows at a time, then one. See tcm_dsp_matrix.h. */
#ifndef LINEAR_S8__MATRIX_DSP_H
#define LINEAR_S8__MATRIX_DSP_H

#include "tcm_dsp_columns.h"

TCM_KERNEL void linear_s8__matrix_dsp(const int8_t *input, const int32_t *stream, int8_t *output, uint8_t *scratch,
                                      int32_t rows, int32_t input_features, int32_t output_features, int32_t pairs,
                                      int32_t form, int32_t way, int32_t common_shift, int32_t output_offset,
                                      int32_t activation_min, int32_t activation_max)
{
    const tcm_dsp_layer layer = {
        .filters = output_features,
        .pairs = pairs,
        .output_stride = output_features,
        .form = form,
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    int32_t *columns = (int32_t *)(void *)scratch;
    for (int32_t i = 0; i < rows / 4; i++) {
        tcm_dsp_unpack_4(input, input_features, input_features, columns);
        tcm_dsp_multiply(columns, stream, output, &layer, 4);
        input += 4 * input_features;
        output += 4 * output_features;
    }
    for (int32_t i = 0; i < rows % 4; i++) {
        tcm_dsp_unpack_1(input, input_features, columns);
        tcm_dsp_multiply(columns, stream, output, &layer, 1);
        input += input_features;
        output += output_features;
    }
}

#endif
