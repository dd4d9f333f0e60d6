/* The largest or the smallest of int8 values over the middle dimension, portable reference. */
#ifndef EXTREME_S8__REF_H
#define EXTREME_S8__REF_H

#include "tcm.h"

TCM_KERNEL void extreme_s8__ref(const int8_t *input, int8_t *output, int32_t outer, int32_t count, int32_t inner,
                                int32_t largest)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            const int8_t *values = input + block * count * inner + place;
            int8_t extreme = values[0];
            for (int32_t i = 1; i < count; i++) {
                const int8_t value = values[i * inner];
                extreme = (largest ? value > extreme : value < extreme) ? value : extreme;
            }
            *output++ = extreme;
        }
    }
}

#endif
