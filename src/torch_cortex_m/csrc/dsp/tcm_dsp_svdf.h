/* SVDF on cores with the DSP extension: features as products of a matrix and a vector (see tcm_dsp_gates.h); states move
 * on while they are multiplied. */
#ifndef TCM_DSP_SVDF_H
#define TCM_DSP_SVDF_H

#include "tcm_dsp_gates.h"

enum { TCM_DSP_SVDF_FILTERS = 16 }; /* whose features are computed at a time, as in ops/svdf/kernels_dsp.py */

/* Adds the products of four values of int8 in a word with four weights. */
TCM_KERNEL int32_t tcm_dsp_svdf_word(uint32_t values, const int8_t *weights, int32_t sum)
{
    const uint32_t taps = tcm_load_word(weights);
    sum = tcm_smlad(tcm_sxtb16(values), tcm_sxtb16(taps), sum);
    return tcm_smlad(tcm_sxtb16_odd(values), tcm_sxtb16_odd(taps), sum);
}

/* The last ``count`` < 4 of ``memory`` bytes, in the low bytes of a word. */
TCM_KERNEL uint32_t tcm_dsp_svdf_last(const int8_t *state, int32_t memory, int32_t count)
{
    if (count == 0) {
        return 0;
    }
    return memory >= 4 ? tcm_load_word(state + memory - 4) >> (32 - 8 * count)
                       : tcm_load_bytes(state + memory - count, count);
}

/* A filter over its last values but the oldest, and a new one. Its weights end with zeros to a multiple of four. The new
 * values may be in the same memory as the old ones. */
TCM_KERNEL int32_t tcm_dsp_svdf_filter_s8(const int8_t *state, const int8_t *weights, int8_t *new_state,
                                          int32_t feature, int32_t memory, int32_t sum)
{
    const int32_t last = (memory - 1) / 4 * 4;
    const int32_t kept = memory - 1 - last;
    for (int32_t i = 0; i < last; i += 4) {
        const uint32_t values = tcm_load_word(state + i + 1);
        __builtin_memcpy(new_state + i, &values, sizeof(values));
        sum = tcm_dsp_svdf_word(values, weights + i, sum);
    }
    const uint32_t values = tcm_dsp_svdf_last(state, memory, kept) | (uint32_t)(uint8_t)feature << (8 * kept);
    tcm_store_bytes(new_state + last, values, kept + 1);
    return tcm_dsp_svdf_word(values, weights + last, sum);
}

/* The same for int16; weights end with a zero where their number is odd. */
TCM_KERNEL int32_t tcm_dsp_svdf_filter_s16(const int16_t *state, const int16_t *weights, int16_t *new_state,
                                           int32_t feature, int32_t memory, int32_t sum)
{
    const int32_t last = (memory - 1) / 2 * 2;
    for (int32_t i = 0; i < last; i += 2) {
        const uint32_t values = tcm_load_word(state + i + 1);
        __builtin_memcpy(new_state + i, &values, sizeof(values));
        sum = tcm_smlad((int32_t)values, (int32_t)tcm_load_word(weights + i), sum);
    }
    if (last + 1 < memory) {
        const int16_t newest_but_one = state[memory - 1];
        new_state[last] = newest_but_one;
        sum += newest_but_one * weights[last];
    }
    new_state[memory - 1] = (int16_t)feature;
    return (int32_t)((uint32_t)sum + (uint32_t)((int16_t)feature * weights[memory - 1]));
}

/* As tcm_svdf. features: the matrix, with one gate. bias: without the state's zero point. is_plain: whether no unit's
 * sum, shifted right by output_shift, wraps when it is doubled. scratch: sums, then a column. */
TCM_KERNEL void tcm_dsp_svdf(const int8_t *input, const void *state, const tcm_dsp_gates *features,
                             const void *time_weight, const int32_t *bias, int8_t *output, void *new_state,
                             uint8_t *scratch, int32_t batches, int32_t units, int32_t rank, int32_t memory,
                             int32_t state_zero_point, int32_t output_multiplier, int32_t output_shift,
                             int32_t output_offset, int32_t is_plain, int32_t wide)
{
    const int32_t filters = units * rank;
    const int32_t weight_step = wide ? (memory + 1) / 2 * 2 : (memory + 3) / 4 * 4;
    int32_t *const sums = (int32_t *)(void *)scratch;
    int32_t *const column = sums + TCM_DSP_SVDF_FILTERS;
    for (int32_t batch = 0; batch < batches; batch++) {
        int32_t filter = 0;
        tcm_dsp_unpack_vector(input + batch * features->length, features->length, column);
        for (int32_t unit = 0; unit < units; unit++) {
            int32_t sum = bias[unit];
            for (int32_t i = 0; i < rank; i++) {
                const int32_t place = filter % TCM_DSP_SVDF_FILTERS;
                const int32_t offset = (batch * filters + filter) * memory;
                if (place == 0) {
                    const int32_t left = (filters - filter + 3) / 4 * 4;
                    tcm_dsp_gate_sums(features, column, filter,
                                      left < TCM_DSP_SVDF_FILTERS ? left : TCM_DSP_SVDF_FILTERS, sums);
                }
                const int32_t feature = tcm_dsp_gate(sums[place], features, 0);
                if (wide) {
                    sum = tcm_dsp_svdf_filter_s16((const int16_t *)state + offset,
                                                  (const int16_t *)time_weight + filter * weight_step,
                                                  (int16_t *)new_state + offset, feature + state_zero_point, memory,
                                                  sum);
                } else {
                    sum = tcm_dsp_svdf_filter_s8((const int8_t *)state + offset,
                                                 (const int8_t *)time_weight + filter * weight_step,
                                                 (int8_t *)new_state + offset,
                                                 tcm_saturate_s8(feature) + state_zero_point, memory, sum);
                }
                filter++;
            }
            *output++ = is_plain ? (int8_t)tcm_dsp_scaled_product_s8(sum, output_multiplier, output_shift,
                                                                      output_offset)
                                 : tcm_requantize_s8(sum, output_multiplier, output_shift, output_offset, -128, 127);
        }
    }
}

#endif
