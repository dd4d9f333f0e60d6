/* The place of the largest or the smallest of int8 values over the middle dimension as int64, portable reference. */
#ifndef ARGMAX_S8_S64__REF_H
#define ARGMAX_S8_S64__REF_H

#include "argmax_s8__ref.h"

TCM_KERNEL void argmax_s8_s64__ref(const int8_t *input, int64_t *output, int32_t outer, int32_t count, int32_t inner,
                                   int32_t largest)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            *output++ = argmax_s8_place(input + block * count * inner + place, count, inner, largest);
        }
    }
}

#endif
