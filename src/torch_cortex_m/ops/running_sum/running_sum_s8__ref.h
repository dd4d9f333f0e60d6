/* Sums of int8 values that some enter and as many leave, portable reference. */
#ifndef RUNNING_SUM_S8__REF_H
#define RUNNING_SUM_S8__REF_H

#include "tcm.h"

TCM_KERNEL void running_sum_s8__ref(const int32_t *sums, const int8_t *newest, const int8_t *oldest, int32_t *output,
                                    int32_t outer, int32_t count, int32_t inner)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            int32_t change = 0;
            for (int32_t i = 0; i < count; i++) {
                change += newest[i * inner + place] - oldest[i * inner + place];
            }
            *output++ = (int32_t)((uint32_t)*sums++ + (uint32_t)change);
        }
        newest += count * inner;
        oldest += count * inner;
    }
}

#endif
