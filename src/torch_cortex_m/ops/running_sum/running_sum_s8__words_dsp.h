/* Sums of int8 values that some enter and, where there is ``oldest``, as many leave, for cores with the DSP extension:
 * four neighbouring places at a time, summed in halves of words. */
#ifndef RUNNING_SUM_S8__WORDS_DSP_H
#define RUNNING_SUM_S8__WORDS_DSP_H

#include <stddef.h>

#include "mean_s8__words_dsp.h"

TCM_KERNEL void running_sum_s8__words_dsp(const int32_t *sums, const int8_t *newest, const int8_t *oldest,
                                          int32_t *output, int32_t outer, int32_t count, int32_t inner)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t start = 0; start < inner; start += 4) {
            const int32_t places = inner - start < 4 ? inner - start : 4;
            const int32_t at = block * count * inner + start;
            int32_t enter[4] = {0, 0, 0, 0};
            int32_t leave[4] = {0, 0, 0, 0};
            mean_s8_add_words(newest + at, inner, count, places, enter);
            if (oldest != NULL) {
                mean_s8_add_words(oldest + at, inner, count, places, leave);
            }
            for (int32_t i = 0; i < places; i++) {
                *output++ = (int32_t)((uint32_t)*sums++ + (uint32_t)(enter[i] - leave[i]));
            }
        }
    }
}

#endif
