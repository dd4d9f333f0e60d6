/* Sums of int8 values that some enter and, where there is ``oldest``, as many leave, for MVE: eight neighbouring places
 * at a time; there are at least eight. */
#ifndef RUNNING_SUM_S8__LANES_MVE_H
#define RUNNING_SUM_S8__LANES_MVE_H

#include <stddef.h>

#include "mean_s8__lanes_mve.h"
#include "running_sum_s8__ref.h"

/* Adds ``count`` rows of eight neighbours, ``step`` bytes apart, to their sums of even and odd places. */
TCM_KERNEL void running_sum_s8_add(const int8_t *values, int32_t step, int32_t count, int32x4_t sums[2])
{
    for (int32_t row = 0; row < count; row += MEAN_S8_ROWS) {
        const int32_t rows = count - row < MEAN_S8_ROWS ? count - row : MEAN_S8_ROWS;
        const int16x8_t some = mean_s8_sums(values + row * step, step, rows);
        sums[0] = vaddq_s32(sums[0], vmovlbq_s16(some));
        sums[1] = vaddq_s32(sums[1], vmovltq_s16(some));
    }
}

TCM_KERNEL void running_sum_s8__lanes_mve(const int32_t *sums, const int8_t *newest, const int8_t *oldest,
                                          int32_t *output, int32_t outer, int32_t count, int32_t inner)
{
    for (int32_t block = 0; block < outer; block++) {
        int32_t start = 0;
        for (; start + MEAN_S8_LANES <= inner; start += MEAN_S8_LANES) {
            const int32_t at = block * count * inner + start;
            int32x4_t enter[2] = {vdupq_n_s32(0), vdupq_n_s32(0)};
            int32x4_t leave[2] = {vdupq_n_s32(0), vdupq_n_s32(0)};
            running_sum_s8_add(newest + at, inner, count, enter);
            if (oldest != NULL) {
                running_sum_s8_add(oldest + at, inner, count, leave);
            }
            /* Pairs of registers are stored with even and odd places in turn. */
            int32x4x2_t total = vld2q_s32(sums);
            total.val[0] = vaddq_s32(total.val[0], vsubq_s32(enter[0], leave[0]));
            total.val[1] = vaddq_s32(total.val[1], vsubq_s32(enter[1], leave[1]));
            vst2q_s32(output, total);
            sums += MEAN_S8_LANES;
            output += MEAN_S8_LANES;
        }
        for (; start < inner; start++) {
            const int32_t at = block * count * inner + start;
            int32_t change = running_sum_of(newest + at, count, inner);
            if (oldest != NULL) {
                change -= running_sum_of(oldest + at, count, inner);
            }
            *output++ = (int32_t)((uint32_t)*sums++ + (uint32_t)change);
        }
    }
}

#endif
