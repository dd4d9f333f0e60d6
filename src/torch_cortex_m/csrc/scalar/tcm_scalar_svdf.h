/* SVDF on cores without SIMD: features of four filters at a time (see tcm_scalar_gates.h); states move on while they are
 * multiplied. */
#ifndef TCM_SCALAR_SVDF_H
#define TCM_SCALAR_SVDF_H

#include "tcm_scalar_gates.h"

/* A filter over its last values but the oldest, and a new one. The new values may be in the same memory as the old. */
#define TCM_SCALAR_SVDF_FILTER(name, type)                                                                            \
    TCM_KERNEL uint32_t name(const type *state, const type *weights, type *new_state, type feature, int32_t memory,   \
                             uint32_t sum)                                                                            \
    {                                                                                                                 \
        for (int32_t i = 1; i < memory; i++) {                                                                        \
            const type value = *++state;                                                                              \
            *new_state++ = value;                                                                                     \
            sum += (uint32_t)(value * *weights++);                                                                    \
        }                                                                                                             \
        *new_state = feature;                                                                                         \
        return sum + (uint32_t)(feature * *weights);                                                                  \
    }

TCM_SCALAR_SVDF_FILTER(tcm_scalar_svdf_filter_s8, int8_t)
TCM_SCALAR_SVDF_FILTER(tcm_scalar_svdf_filter_s16, int16_t)

/* A sum of a feature in the state's type. */
TCM_KERNEL int32_t tcm_scalar_svdf_feature(int32_t sum, const tcm_scalar_gates *features, int32_t zero_point,
                                           int32_t wide)
{
    const int32_t feature = tcm_scalar_gate(sum, features, 0);
    return (wide ? feature : tcm_limit_s8(feature, -128, 127)) + zero_point;
}

/* As tcm_svdf. features: the matrix, with one gate. bias: without the state's zero point. scratch: a column. */
TCM_KERNEL void tcm_scalar_svdf(const int8_t *input, const void *state, const tcm_scalar_gates *features,
                                const void *time_weight, const int32_t *bias, int8_t *output, void *new_state,
                                uint8_t *scratch, int32_t batches, int32_t units, int32_t rank, int32_t memory,
                                int32_t state_zero_point, int32_t output_multiplier, int32_t output_shift,
                                int32_t output_offset, int32_t wide)
{
    for (int32_t batch = 0; batch < batches; batch++) {
        const uint32_t column_sum = tcm_scalar_append(scratch, input + batch * features->taps, features->taps);
        int32_t sums[TCM_SCALAR_FILTERS];
        int32_t filter = 0;
        for (int32_t unit = 0; unit < units; unit++) {
            uint32_t sum = (uint32_t)bias[unit];
            for (int32_t i = 0; i < rank; i++) {
                const int32_t place = filter % TCM_SCALAR_FILTERS;
                const int32_t times = filter * memory;
                const int32_t offset = batch * units * rank * memory + times;
                if (place == 0) {
                    tcm_scalar_gate_sums(features, filter / TCM_SCALAR_FILTERS, TCM_SCALAR_FILTERS, scratch,
                                         column_sum, sums);
                }
                const int32_t feature = tcm_scalar_svdf_feature(sums[place], features, state_zero_point, wide);
                sum = wide ? tcm_scalar_svdf_filter_s16((const int16_t *)state + offset,
                                                        (const int16_t *)time_weight + times,
                                                        (int16_t *)new_state + offset, (int16_t)feature, memory, sum)
                           : tcm_scalar_svdf_filter_s8((const int8_t *)state + offset,
                                                       (const int8_t *)time_weight + times,
                                                       (int8_t *)new_state + offset, (int8_t)feature, memory, sum);
                filter++;
            }
            *output++ = tcm_requantize_s8((int32_t)sum, output_multiplier, output_shift, output_offset, -128, 127);
        }
    }
}

#endif
