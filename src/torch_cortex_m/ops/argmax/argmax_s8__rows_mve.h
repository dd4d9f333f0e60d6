/* The place of the largest or the smallest of int8 values of a row for MVE, by vectors. */
#ifndef ARGMAX_S8__ROWS_MVE_H
#define ARGMAX_S8__ROWS_MVE_H

#include "tcm_mve_extreme.h"

/* The first of ``count`` neighbours that is extreme: what that is, and then where. */
TCM_KERNEL int32_t argmax_s8_vectors(const int8_t *values, int32_t count, int32_t largest)
{
    const int8_t extreme = tcm_mve_extreme_of_row(values, count, largest);
    int32_t place = 0;
    while (place + 16 <= count && !tcm_mve_has(values + place, extreme)) {
        place += 16;
    }
    while (values[place] != extreme) {
        place++;
    }
    return place;
}

TCM_KERNEL void argmax_s8__rows_mve(const int8_t *input, int32_t *output, int32_t outer, int32_t count,
                                    int32_t largest)
{
    for (int32_t row = 0; row < outer; row++) {
        output[row] = argmax_s8_vectors(input + row * count, count, largest);
    }
}

#endif
