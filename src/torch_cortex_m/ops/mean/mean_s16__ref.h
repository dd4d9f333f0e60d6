/* The mean over the middle dimension of int16 values, portable reference. */
#ifndef MEAN_S16__REF_H
#define MEAN_S16__REF_H

#include "tcm_wide.h"

TCM_KERNEL void mean_s16__ref(const int16_t *input, int16_t *output, int32_t outer, int32_t count, int32_t inner,
                              int32_t input_offset, int32_t multiplier, int32_t shift, int32_t output_offset,
                              int32_t activation_min, int32_t activation_max)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            const int16_t *values = input + block * count * inner + place;
            int32_t sum = count * input_offset;
            for (int32_t i = 0; i < count; i++) {
                sum += values[i * inner];
            }
            *output++ =
                tcm_requantize_s16(sum, multiplier, shift, output_offset, activation_min, activation_max);
        }
    }
}

#endif
