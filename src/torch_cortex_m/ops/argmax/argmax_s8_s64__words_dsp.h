/* The place of the largest or the smallest of int8 values of a row as int64 for cores with the DSP extension, by words. */
#ifndef ARGMAX_S8_S64__WORDS_DSP_H
#define ARGMAX_S8_S64__WORDS_DSP_H

#include "argmax_s8__words_dsp.h"

TCM_KERNEL void argmax_s8_s64__words_dsp(const int8_t *input, int64_t *output, int32_t outer, int32_t count,
                                         int32_t largest)
{
    for (int32_t row = 0; row < outer; row++) {
        output[row] = argmax_s8_words(input + row * count, count, largest);
    }
}

#endif
