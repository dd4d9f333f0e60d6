/* The place of the largest or the smallest of int8 values of a row for cores with the DSP extension, by words. */
#ifndef ARGMAX_S8__WORDS_DSP_H
#define ARGMAX_S8__WORDS_DSP_H

#include "tcm_dsp_extreme.h"

/* The first of ``count`` neighbours that is extreme: what that is, and then where. A byte of a word is 0 where it equals;
 * borrows reach only bytes above one that is. */
TCM_KERNEL int32_t argmax_s8_words(const int8_t *values, int32_t count, int32_t largest)
{
    const int8_t extreme = tcm_extreme_row(values, count, largest);
    const uint32_t wanted = (uint8_t)extreme * UINT32_C(0x01010101);
    int32_t place = 0;
    while (place + 4 <= count) {
        const uint32_t differences = tcm_load_word(values + place) ^ wanted;
        if (((differences - UINT32_C(0x01010101)) & ~differences & UINT32_C(0x80808080)) != 0) {
            break;
        }
        place += 4;
    }
    while (values[place] != extreme) {
        place++;
    }
    return place;
}

TCM_KERNEL void argmax_s8__words_dsp(const int8_t *input, int32_t *output, int32_t outer, int32_t count,
                                     int32_t largest)
{
    for (int32_t row = 0; row < outer; row++) {
        output[row] = argmax_s8_words(input + row * count, count, largest);
    }
}

#endif
