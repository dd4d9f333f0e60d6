/* SVDF on int8 for cores with the DSP extension. */
#ifndef SVDF_S8__FILTERS_DSP_H
#define SVDF_S8__FILTERS_DSP_H

#include "tcm_dsp_svdf.h"

TCM_KERNEL void svdf_s8__filters_dsp(const int8_t *input, const int8_t *state, const int32_t *feature_stream,
                                     const int8_t *time_weight, const int32_t *unit_bias, int8_t *output,
                                     int8_t *new_state, uint8_t *scratch, int32_t batches, int32_t input_features,
                                     int32_t units, int32_t rank, int32_t memory, int32_t feature_form,
                                     int32_t feature_multiplier, int32_t feature_shift, int32_t feature_is_plain,
                                     int32_t state_zero_point, int32_t output_multiplier, int32_t output_shift,
                                     int32_t output_offset, int32_t output_is_plain)
{
    const tcm_dsp_gates features = {
        .stream = feature_stream,
        .multipliers = &feature_multiplier,
        .shifts = feature_shift & 0xff,
        .is_plain = feature_is_plain,
        .length = input_features,
        .form = feature_form,
    };
    tcm_dsp_svdf(input, state, &features, time_weight, unit_bias, output, new_state, scratch, batches, units, rank,
                 memory, state_zero_point, output_multiplier, output_shift, output_offset, output_is_plain, 0);
}

#endif
