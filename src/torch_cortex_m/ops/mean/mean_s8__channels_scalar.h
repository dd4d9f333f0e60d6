/* The mean over the middle dimension for cores without SIMD: up to four neighbouring places at a time, or four elements
 * of a row where the last dimension is 1. */
#ifndef MEAN_S8__CHANNELS_SCALAR_H
#define MEAN_S8__CHANNELS_SCALAR_H

#include "tcm_scalar.h"

enum { MEAN_S8_CHANNELS = 4 };

/* Adds ``count`` times ``block`` elements, ``step`` apart, to the sums. */
TCM_KERNEL void mean_s8_add(const int8_t *values, int32_t step, int32_t count, int32_t block,
                            int32_t sums[MEAN_S8_CHANNELS])
{
    for (int32_t i = 0; i < count; i++) {
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < block; k++) {
            sums[k] += values[k];
        }
        values += step;
    }
}

/* The sum of ``count`` neighbours. */
TCM_KERNEL int32_t mean_s8_row(const int8_t *values, int32_t count)
{
    int32_t sums[MEAN_S8_CHANNELS] = {0, 0, 0, 0};
    mean_s8_add(values, MEAN_S8_CHANNELS, count / MEAN_S8_CHANNELS, MEAN_S8_CHANNELS, sums);
    mean_s8_add(values + count / MEAN_S8_CHANNELS * MEAN_S8_CHANNELS, 1, count % MEAN_S8_CHANNELS, 1, sums);
    return sums[0] + sums[1] + sums[2] + sums[3];
}

TCM_KERNEL void mean_s8__channels_scalar(const int8_t *input, int8_t *output, int32_t outer, int32_t count,
                                         int32_t inner, int32_t input_offset, int32_t multiplier, int32_t shift,
                                         int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t block = inner < MEAN_S8_CHANNELS ? inner : MEAN_S8_CHANNELS;
    const int32_t offset = count * input_offset;
    for (int32_t i = 0; i < outer; i++) {
        for (int32_t next = 0; next < inner; next += block) {
            /* The last block may overlap the one before it. */
            const int32_t start = next + block <= inner ? next : inner - block;
            int32_t sums[MEAN_S8_CHANNELS] = {0, 0, 0, 0};
            if (inner == 1) {
                sums[0] = mean_s8_row(input, count);
            } else {
                mean_s8_add(input + start, inner, count, block, sums);
            }
            TCM_UNROLL_SCALAR
            for (int32_t k = 0; k < block; k++) {
                output[start + k] = tcm_requantize_s8(sums[k] + offset, multiplier, shift, output_offset,
                                                      activation_min, activation_max);
            }
        }
        input += count * inner;
        output += inner;
    }
}

#endif
