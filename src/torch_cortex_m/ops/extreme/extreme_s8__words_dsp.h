/* The largest or the smallest of int8 values over the middle dimension for cores with the DSP extension: sixteen or four
 * neighbouring places at a time, or four elements of a row where the last dimension is 1. */
#ifndef EXTREME_S8__WORDS_DSP_H
#define EXTREME_S8__WORDS_DSP_H

#include "tcm_dsp_extreme.h"

TCM_KERNEL void extreme_s8__words_dsp(const int8_t *input, int8_t *output, int32_t outer, int32_t count, int32_t inner,
                                      int32_t largest)
{
    const int32_t words = inner >= 4 * TCM_EXTREME_WORDS ? TCM_EXTREME_WORDS : 1;
    const int32_t bytes = inner < 4 ? inner : 4;
    const int32_t block = words * bytes;
    for (int32_t i = 0; i < outer; i++) {
        for (int32_t next = 0; next < inner; next += block) {
            /* The last block may overlap the one before it. */
            const int32_t start = next + block <= inner ? next : inner - block;
            if (inner == 1) {
                *output = tcm_extreme_row(input, count, largest);
            } else {
                tcm_extreme_column(input + start, inner, count, words, bytes, output + start, largest);
            }
        }
        input += count * inner;
        output += inner;
    }
}

#endif
