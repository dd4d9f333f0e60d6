/* SVDF on int8, state of int16, portable reference. */
#ifndef SVDF_S8_S16__REF_H
#define SVDF_S8_S16__REF_H

#include "tcm_svdf.h"

TCM_KERNEL void svdf_s8_s16__ref(const int8_t *input, const int16_t *state, const int8_t *feature_weight,
                              const int16_t *time_weight, const int32_t *bias, int8_t *output, int16_t *new_state,
                              int32_t batches, int32_t input_features, int32_t units, int32_t rank, int32_t memory,
                              int32_t input_offset, int32_t feature_multiplier, int32_t feature_shift,
                              int32_t state_zero_point, int32_t output_multiplier, int32_t output_shift,
                              int32_t output_offset)
{
    tcm_svdf(input, state, feature_weight, time_weight, bias, output, new_state, batches, input_features, units, rank,
             memory, input_offset, feature_multiplier, feature_shift, state_zero_point, output_multiplier,
             output_shift, output_offset, 1);
}

#endif
