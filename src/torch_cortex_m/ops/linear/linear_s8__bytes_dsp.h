/* Linear layer for cores with the DSP extension, without memory for columns: int8. See tcm_dsp_bytes.h. */
#ifndef LINEAR_S8__BYTES_DSP_H
#define LINEAR_S8__BYTES_DSP_H

#include "tcm_dsp_bytes.h"

TCM_KERNEL void linear_s8__bytes_dsp(const int8_t *input, const int32_t *stream, int8_t *output, int32_t rows,
                                     int32_t input_features, int32_t output_features, int32_t pairs, int32_t form,
                                     int32_t way, int32_t common_shift, int32_t output_offset, int32_t activation_min,
                                     int32_t activation_max)
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
    for (int32_t row = 0; row < rows; row++) {
        tcm_dsp_multiply_bytes(input, input_features, stream, output, &layer);
        input += input_features;
        output += output_features;
    }
}

#endif
