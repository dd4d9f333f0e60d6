/* Sums of int8 values that some enter and, where there is ``oldest``, as many leave, portable reference. */
#ifndef RUNNING_SUM_S8__REF_H
#define RUNNING_SUM_S8__REF_H

#include <stddef.h>

#include "tcm.h"

/* The sum of ``count`` values that lie ``step`` apart. */
TCM_KERNEL int32_t running_sum_of(const int8_t *values, int32_t count, int32_t step)
{
    int32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        sum += values[i * step];
    }
    return sum;
}

TCM_KERNEL void running_sum_s8__ref(const int32_t *sums, const int8_t *newest, const int8_t *oldest, int32_t *output,
                                    int32_t outer, int32_t count, int32_t inner)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            const int32_t at = block * count * inner + place;
            int32_t change = running_sum_of(newest + at, count, inner);
            if (oldest != NULL) {
                change -= running_sum_of(oldest + at, count, inner);
            }
            *output++ = (int32_t)((uint32_t)*sums++ + (uint32_t)change);
        }
    }
}

#endif
