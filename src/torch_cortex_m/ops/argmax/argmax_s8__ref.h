/* The place of the largest or the smallest of int8 values over the middle dimension, portable reference. */
#ifndef ARGMAX_S8__REF_H
#define ARGMAX_S8__REF_H

#include "tcm.h"

/* Of ``count`` values, ``step`` apart, the first that is extreme. */
TCM_KERNEL int32_t argmax_s8_place(const int8_t *values, int32_t count, int32_t step, int32_t largest)
{
    int32_t place = 0;
    for (int32_t i = 1; i < count; i++) {
        const int32_t value = values[i * step];
        const int32_t extreme = values[place * step];
        place = (largest ? value > extreme : value < extreme) ? i : place;
    }
    return place;
}

TCM_KERNEL void argmax_s8__ref(const int8_t *input, int32_t *output, int32_t outer, int32_t count, int32_t inner,
                               int32_t largest)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            *output++ = argmax_s8_place(input + block * count * inner + place, count, inner, largest);
        }
    }
}

#endif
