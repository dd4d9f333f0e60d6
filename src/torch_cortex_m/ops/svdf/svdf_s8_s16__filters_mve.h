/* SVDF on int8, state of int16, for MVE. */
#ifndef SVDF_S8_S16__FILTERS_MVE_H
#define SVDF_S8_S16__FILTERS_MVE_H

#include "tcm_mve_svdf.h"

TCM_KERNEL void svdf_s8_s16__filters_mve(const int8_t *input, const int16_t *state, const int8_t *feature_tiles,
                                         const int16_t *time_weight, const int32_t *unit_bias, int8_t *output,
                                         int16_t *new_state, uint8_t *scratch, int32_t batches, int32_t input_features,
                                         int32_t units, int32_t rank, int32_t memory, int32_t feature_multiplier,
                                         int32_t feature_shift, int32_t state_zero_point, int32_t output_multiplier,
                                         int32_t output_shift, int32_t output_offset)
{
    tcm_mve_svdf(input, state, feature_tiles, time_weight, unit_bias, output, new_state, scratch, batches,
                 input_features, units, rank, memory, feature_multiplier, feature_shift, state_zero_point,
                 output_multiplier, output_shift, output_offset, 1);
}

#endif
