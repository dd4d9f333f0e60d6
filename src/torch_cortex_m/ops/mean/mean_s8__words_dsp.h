/* The mean over the middle dimension for cores with the DSP extension: four neighbouring places at a time, or four
 * elements of a row where the last dimension is 1, summed in halves of words. */
#ifndef MEAN_S8__WORDS_DSP_H
#define MEAN_S8__WORDS_DSP_H

#include "avg_pool2d_s8__words_dsp.h"

/* Adds ``count`` words, ``step`` bytes apart, to the sums of their four bytes. */
TCM_KERNEL void mean_s8_add_words(const int8_t *values, int32_t step, int32_t count, int32_t block, int32_t sums[4])
{
    while (count > 0) {
        const int32_t some = count < AVG_POOL2D_ELEMENTS ? count : AVG_POOL2D_ELEMENTS;
        uint32_t halves[2] = {0, 0};
        avg_pool2d_add_words(values, step, some, block, halves);
        sums[0] += (int16_t)halves[0];
        sums[1] += (int16_t)halves[1];
        sums[2] += (int32_t)halves[0] >> 16;
        sums[3] += (int32_t)halves[1] >> 16;
        values += some * step;
        count -= some;
    }
}

/* The sum of ``count`` neighbours. */
TCM_KERNEL int32_t mean_s8_row_words(const int8_t *values, int32_t count)
{
    int32_t sums[4] = {0, 0, 0, 0};
    mean_s8_add_words(values, 4, count / 4, 4, sums);
    for (int32_t i = count / 4 * 4; i < count; i++) {
        sums[0] += values[i];
    }
    return sums[0] + sums[1] + sums[2] + sums[3];
}

TCM_KERNEL void mean_s8__words_dsp(const int8_t *input, int8_t *output, int32_t outer, int32_t count, int32_t inner,
                                   int32_t input_offset, int32_t multiplier, int32_t shift, int32_t output_offset,
                                   int32_t activation_min, int32_t activation_max)
{
    const int32_t block = inner < 4 ? inner : 4;
    const int32_t offset = count * input_offset;
    for (int32_t i = 0; i < outer; i++) {
        for (int32_t next = 0; next < inner; next += block) {
            /* The last block may overlap the one before it. */
            const int32_t start = next + block <= inner ? next : inner - block;
            int32_t sums[4] = {0, 0, 0, 0};
            if (inner == 1) {
                sums[0] = mean_s8_row_words(input, count);
            } else {
                mean_s8_add_words(input + start, inner, count, block, sums);
            }
            TCM_UNROLL
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
