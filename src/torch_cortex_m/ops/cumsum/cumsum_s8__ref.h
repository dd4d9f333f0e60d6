/* Running sums of int8 values over the middle dimension, portable reference. */
#ifndef CUMSUM_S8__REF_H
#define CUMSUM_S8__REF_H

#include "tcm.h"

TCM_KERNEL void cumsum_s8__ref(const int8_t *input, int8_t *output, int32_t outer, int32_t count, int32_t inner,
                               int32_t exclusive, int32_t reverse, int32_t input_offset, int32_t start,
                               int32_t left_shift, int32_t multiplier, int32_t shift, int32_t output_offset,
                               int32_t activation_min, int32_t activation_max)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            int32_t sum = start;
            for (int32_t i = 0; i < count; i++) {
                const int32_t row = reverse ? count - 1 - i : i;
                const int32_t element = (block * count + row) * inner + place;
                const int32_t next = sum + input[element] + input_offset;
                const int32_t shifted = (int32_t)((uint32_t)(exclusive ? sum : next) << left_shift);
                output[element] = tcm_requantize_s8(shifted, multiplier, shift, output_offset, activation_min,
                                                    activation_max);
                sum = next;
            }
        }
    }
}

#endif
