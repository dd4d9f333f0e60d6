/* The place of the largest or the smallest of int8 values of a row as int64 for MVE, by vectors. */
#ifndef ARGMAX_S8_S64__ROWS_MVE_H
#define ARGMAX_S8_S64__ROWS_MVE_H

#include "argmax_s8__rows_mve.h"

TCM_KERNEL void argmax_s8_s64__rows_mve(const int8_t *input, int64_t *output, int32_t outer, int32_t count,
                                        int32_t largest)
{
    for (int32_t row = 0; row < outer; row++) {
        output[row] = argmax_s8_vectors(input + row * count, count, largest);
    }
}

#endif
