/* Linear layer for cores with the DSP extension, as linear_s8__eight_filters_dsp with less flash for the numbers of a
 * channel. See tcm_dsp_compact_eight_filters.h. */
#ifndef LINEAR_S8__COMPACT_EIGHT_FILTERS_DSP_H
#define LINEAR_S8__COMPACT_EIGHT_FILTERS_DSP_H

#include "tcm_dsp_compact_eight_filters.h"

TCM_KERNEL void linear_s8__compact_eight_filters_dsp(const int8_t *input, const int32_t *stream, int8_t *output,
                                                     int32_t rows, int32_t input_features, int32_t output_features,
                                                     int32_t pairs, int32_t way, int32_t common_shift,
                                                     int32_t output_offset)
{
    const tcm_dsp_layer layer = {
        .filters = output_features,
        .pairs = pairs,
        .output_stride = output_features,
        .form = TCM_DSP_FORM_COMPACT,
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = -128,
        .activation_max = 127,
    };
    for (int32_t row = 0; row < rows; row++) {
        tcm_dsp_multiply_compact_eight_filters(input, stream, output, &layer);
        input += input_features;
        output += output_features;
    }
}

#endif
