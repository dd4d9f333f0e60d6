/* The mean over the middle dimension of int8 values, portable reference. */
#ifndef MEAN_S8__REF_H
#define MEAN_S8__REF_H

#include "tcm.h"

TCM_KERNEL void mean_s8__ref(const int8_t *input, int8_t *output, int32_t outer, int32_t count, int32_t inner,
                             int32_t input_offset, int32_t multiplier, int32_t shift, int32_t output_offset,
                             int32_t activation_min, int32_t activation_max)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            const int8_t *values = input + block * count * inner + place;
            int32_t sum = count * input_offset;
            for (int32_t i = 0; i < count; i++) {
                sum += values[i * inner];
            }
            *output++ =
                tcm_requantize_s8(sum, multiplier, shift, output_offset, activation_min, activation_max);
        }
    }
}

#endif
