/* The largest or the smallest of int8 values over the middle dimension for MVE: sixteen neighbouring places at a time, or
 * sixteen elements of a row. The last dimension is 1, or 16 at least. */
#ifndef EXTREME_S8__LANES_MVE_H
#define EXTREME_S8__LANES_MVE_H

#include "tcm_mve_extreme.h"

TCM_KERNEL void extreme_s8__lanes_mve(const int8_t *input, int8_t *output, int32_t outer, int32_t count, int32_t inner,
                                      int32_t largest)
{
    for (int32_t i = 0; i < outer; i++) {
        for (int32_t next = 0; next < inner; next += 16) {
            /* The last block may overlap the one before it. */
            const int32_t start = next + 16 <= inner ? next : inner - 16;
            if (inner == 1) {
                *output = tcm_mve_extreme_of_row(input, count, largest);
            } else {
                tcm_mve_extreme_column(input + start, inner, count, output + start, largest);
            }
        }
        input += count * inner;
        output += inner;
    }
}

#endif
