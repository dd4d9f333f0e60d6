/* Sums of int8 values that some enter and, where there is ``oldest``, as many leave, for cores with the DSP extension:
 * four at a time. */
#ifndef RUNNING_SUM_S8__WORDS_DSP_H
#define RUNNING_SUM_S8__WORDS_DSP_H

#include <stddef.h>

#include "tcm_dsp.h"

/* Adds the halves of a word, two int16, to a sum and the one behind the next. */
TCM_KERNEL void running_sum_s8__words_add(const int32_t *sums, int32_t *output, uint32_t changes)
{
    const int32_t low = (int16_t)changes;
    const int32_t high = (int32_t)changes >> 16;
    output[0] = (int32_t)((uint32_t)sums[0] + (uint32_t)low);
    output[2] = (int32_t)((uint32_t)sums[2] + (uint32_t)high);
}

/* inner is a multiple of four, and count differences fit int16. What leaves is added inverted, which is one less than
 * negated. */
TCM_KERNEL void running_sum_s8__words_dsp(const int32_t *sums, const int8_t *newest, const int8_t *oldest,
                                          int32_t *output, int32_t outer, int32_t count, int32_t inner)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place += 4) {
            uint32_t even = oldest == NULL ? 0 : 0x10001U * (uint32_t)count;
            uint32_t odd = even;
            for (int32_t i = 0; i < count; i++) {
                const uint32_t entered = tcm_load_word(newest + i * inner + place);
                even = tcm_sxtab16(even, entered);
                odd = tcm_sxtab16_odd(odd, entered);
                if (oldest != NULL) {
                    const uint32_t left = ~tcm_load_word(oldest + i * inner + place);
                    even = tcm_sxtab16(even, left);
                    odd = tcm_sxtab16_odd(odd, left);
                }
            }
            running_sum_s8__words_add(sums + place, output + place, even);
            running_sum_s8__words_add(sums + place + 1, output + place + 1, odd);
        }
        sums += inner;
        output += inner;
        newest += count * inner;
        if (oldest != NULL) {
            oldest += count * inner;
        }
    }
}

#endif
