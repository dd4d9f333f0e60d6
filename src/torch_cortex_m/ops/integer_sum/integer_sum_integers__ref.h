/* Sums of int32, or of truth values of one byte, over the middle dimension, modulo 2^32. */
#ifndef INTEGER_SUM_INTEGERS__REF_H
#define INTEGER_SUM_INTEGERS__REF_H

#include "tcm.h"

TCM_KERNEL void integer_sum_integers__ref(const void *input, int32_t *output, int32_t outer, int32_t count,
                                          int32_t inner, int32_t element_bytes)
{
    const uint8_t *bytes = input;
    const uint32_t *words = input;
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            uint32_t sum = 0;
            for (int32_t i = 0; i < count; i++) {
                const int32_t at = (block * count + i) * inner + place;
                sum += element_bytes == 1 ? bytes[at] : words[at];
            }
            *output++ = (int32_t)sum;
        }
    }
}

#endif
