/* SVDF on MVE: features as products of a matrix and a vector (see tcm_mve_gates.h); states move on while they are
 * multiplied. */
#ifndef TCM_MVE_SVDF_H
#define TCM_MVE_SVDF_H

#include "tcm_mve_gates.h"

/* Moves values on by an element and adds their products with weights: ``count`` elements, which may be none. */
#define TCM_MVE_SVDF_MOVE(load, store, multiply, bits)                                                                \
    __asm__ volatile("wlstp." bits " lr, %[count], 2f\n"                                                              \
                     "1:\n" load " q0, [%[state]], #16\n" load " q1, [%[weights]], #16\n" store                       \
                     " q0, [%[target]], #16\n" multiply " %[sum], q0, q1\n"                                           \
                     "letp lr, 1b\n"                                                                                  \
                     "2:\n"                                                                                           \
                     : [state] "+r"(state), [weights] "+r"(weights), [target] "+r"(target), [sum] "+r"(even_sum)      \
                     : [count] "r"(count)                                                                             \
                     : "lr", "q0", "q1", "cc", "memory")

/* A filter over its last values but the oldest, and a new one. The new values may be in the same memory as the old. */
TCM_KERNEL int32_t tcm_mve_svdf_filter_s8(const int8_t *state, const int8_t *weights, int8_t *new_state,
                                          int8_t feature, int32_t memory, int32_t sum)
{
    const int32_t count = memory - 1;
    const int32_t newest = feature * weights[count];
    int8_t *target = new_state;
    register int32_t even_sum __asm__("r12") = sum;
    state++;
    TCM_MVE_SVDF_MOVE("vldrb.8", "vstrb.8", "vmladava.s8", "8");
    new_state[count] = feature;
    return even_sum + newest;
}

/* The same for int16, whose sums wrap. */
TCM_KERNEL int32_t tcm_mve_svdf_filter_s16(const int16_t *state, const int16_t *weights, int16_t *new_state,
                                           int16_t feature, int32_t memory, int32_t sum)
{
    const int32_t count = memory - 1;
    const int32_t newest = feature * weights[count];
    int16_t *target = new_state;
    register int32_t even_sum __asm__("r12") = sum;
    state++;
    TCM_MVE_SVDF_MOVE("vldrh.16", "vstrh.16", "vmladava.s16", "16");
    new_state[count] = feature;
    return (int32_t)((uint32_t)even_sum + (uint32_t)newest);
}

/* From sums to features, limited to -limit - 1 ... limit, with the state's zero point: so many vectors of four. */
TCM_KERNEL void tcm_mve_svdf_features(int32_t *sums, int32_t vectors, int32_t multiplier, int32_t shift,
                                      int32_t zero_point, int32_t limit)
{
    for (int32_t i = 0; i < vectors; i++) {
        const int32x4_t scaled = tcm_mve_requantize(vld1q_s32(sums), multiplier, shift);
        const int32x4_t limited = vminq_s32(vmaxq_s32(scaled, vdupq_n_s32(-limit - 1)), vdupq_n_s32(limit));
        vst1q_s32(sums, vaddq_n_s32(limited, zero_point));
        sums += 4;
    }
}

TCM_KERNEL void tcm_mve_svdf_outputs(const int32_t *sums, int8_t *output, int32_t units, int32_t multiplier,
                                     int32_t shift, int32_t offset)
{
    for (int32_t unit = 0; unit < units; unit += 4) {
        const int32x4_t scaled = vaddq_n_s32(tcm_mve_requantize(vld1q_s32(sums + unit), multiplier, shift), offset);
        const int32x4_t limited = vminq_s32(vmaxq_s32(scaled, vdupq_n_s32(-128)), vdupq_n_s32(127));
        vstrbq_p_s32(output + unit, limited, vctp32q((uint32_t)(units - unit)));
    }
}

/* As tcm_svdf. bias: without the state's zero point. scratch: features of whole tiles, sums of units in fours, a copy of
 * the input where its size is no multiple of 16. */
TCM_KERNEL void tcm_mve_svdf(const int8_t *input, const void *state, const int8_t *feature_tiles,
                             const void *time_weight, const int32_t *bias, int8_t *output, void *new_state,
                             uint8_t *scratch, int32_t batches, int32_t input_features, int32_t units, int32_t rank,
                             int32_t memory, int32_t feature_multiplier, int32_t feature_shift,
                             int32_t state_zero_point, int32_t output_multiplier, int32_t output_shift,
                             int32_t output_offset, int32_t wide)
{
    const int32_t filters = units * rank;
    const int32_t tiles = (filters + 7) / 8 * 2;
    int32_t *const features = (int32_t *)(void *)scratch;
    int32_t *const sums = features + 4 * tiles;
    int8_t *const copy = (int8_t *)(sums + (units + 3) / 4 * 4);
    for (int32_t batch = 0; batch < batches; batch++) {
        const int8_t *const vector = tcm_mve_whole_vector(input + batch * input_features, input_features, copy);
        const int32_t *feature = features;
        int32_t offset = 0; /* of the filter's weights, and from the batch's first state */
        const int32_t first = batch * filters * memory;
        tcm_mve_sum_tiles(vector, feature_tiles, features, tiles, (input_features + 15) / 16);
        tcm_mve_svdf_features(features, tiles, feature_multiplier, feature_shift, state_zero_point,
                              wide ? 32767 : 127);
        for (int32_t unit = 0; unit < units; unit++) {
            int32_t sum = bias[unit];
            for (int32_t i = 0; i < rank; i++) {
                if (wide) {
                    sum = tcm_mve_svdf_filter_s16((const int16_t *)state + first + offset,
                                                  (const int16_t *)time_weight + offset,
                                                  (int16_t *)new_state + first + offset, (int16_t)*feature++, memory,
                                                  sum);
                } else {
                    sum = tcm_mve_svdf_filter_s8((const int8_t *)state + first + offset,
                                                 (const int8_t *)time_weight + offset,
                                                 (int8_t *)new_state + first + offset, (int8_t)*feature++, memory,
                                                 sum);
                }
                offset += memory;
            }
            sums[unit] = sum;
        }
        tcm_mve_svdf_outputs(sums, output + batch * units, units, output_multiplier, output_shift, output_offset);
    }
}

#endif
