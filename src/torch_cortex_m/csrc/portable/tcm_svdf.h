/* SVDF: a layer of two factors, features of the newest input and filters over their last values. */
#ifndef TCM_SVDF_H
#define TCM_SVDF_H

#include "tcm.h"

/* An element of int16 (wide) or int8. */
TCM_KERNEL int32_t tcm_svdf_load(const void *elements, int32_t index, int32_t wide)
{
    return wide ? ((const int16_t *)elements)[index] : ((const int8_t *)elements)[index];
}

TCM_KERNEL void tcm_svdf_store(void *elements, int32_t index, int32_t value, int32_t wide)
{
    if (wide) {
        ((int16_t *)elements)[index] = (int16_t)value;
    } else {
        ((int8_t *)elements)[index] = (int8_t)value;
    }
}

/* state, new_state: [batches, units * rank, memory], the oldest value first; they may be the same memory.
 * state and time_weight are wide or not together. A feature beyond the state's range saturates before the zero point
 * is added, which may wrap. */
TCM_KERNEL void tcm_svdf(const int8_t *input, const void *state, const int8_t *feature_weight,
                         const void *time_weight, const int32_t *bias, int8_t *output, void *new_state,
                         int32_t batches, int32_t input_features, int32_t units, int32_t rank, int32_t memory,
                         int32_t input_offset, int32_t feature_multiplier, int32_t feature_shift,
                         int32_t state_zero_point, int32_t output_multiplier, int32_t output_shift,
                         int32_t output_offset, int32_t wide)
{
    const int32_t largest = wide ? 32767 : 127;
    for (int32_t batch = 0; batch < batches; batch++) {
        for (int32_t unit = 0; unit < units; unit++) {
            uint32_t sum = bias != NULL ? (uint32_t)bias[unit] : 0;
            for (int32_t filter = unit * rank; filter < (unit + 1) * rank; filter++) {
                const int8_t *const weights = feature_weight + filter * input_features;
                const int32_t times = filter * memory;
                const int32_t first = batch * units * rank * memory + times;
                const int32_t newest = first + memory - 1;
                int32_t feature = 0;
                for (int32_t i = 0; i < input_features; i++) {
                    feature += weights[i] * (input[batch * input_features + i] + input_offset);
                }
                feature = tcm_requantize(feature, feature_multiplier, feature_shift);
                for (int32_t i = first; i < newest; i++) {
                    tcm_svdf_store(new_state, i, tcm_svdf_load(state, i + 1, wide), wide);
                }
                feature = tcm_clamp(feature, -largest - 1, largest) + state_zero_point;
                tcm_svdf_store(new_state, newest, feature, wide);
                for (int32_t i = 0; i < memory; i++) {
                    const int32_t value = tcm_svdf_load(new_state, first + i, wide) - state_zero_point;
                    sum += (uint32_t)(value * tcm_svdf_load(time_weight, times + i, wide));
                }
            }
            *output++ = tcm_requantize_s8((int32_t)sum, output_multiplier, output_shift, output_offset, -128, 127);
        }
    }
}

#endif
