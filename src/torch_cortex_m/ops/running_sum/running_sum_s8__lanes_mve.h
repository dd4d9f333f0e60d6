/* Sums of int8 values that some enter and, where there is ``oldest``, as many leave, on MVE: four at a time. */
#ifndef RUNNING_SUM_S8__LANES_MVE_H
#define RUNNING_SUM_S8__LANES_MVE_H

#include <arm_mve.h>
#include <stddef.h>

#include "tcm.h"

/* Up to four values; all of them where whole, a literal. */
TCM_KERNEL int32x4_t running_sum_s8__lanes_load(const int8_t *values, mve_pred16_t some, int32_t whole)
{
    return whole ? vldrbq_s32(values) : vldrbq_z_s32(values, some);
}

TCM_KERNEL void running_sum_s8__lanes_mve(const int32_t *sums, const int8_t *newest, const int8_t *oldest,
                                          int32_t *output, int32_t outer, int32_t count, int32_t inner)
{
    const int32_t whole = inner % 4 == 0;
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place += 4) {
            const mve_pred16_t some = vctp32q((uint32_t)(inner - place));
            int32x4_t sum = whole ? vld1q_s32(sums + place) : vldrwq_z_s32(sums + place, some);
            const int8_t *entered = newest + place;
            const int8_t *left = oldest == NULL ? NULL : oldest + place;
            for (int32_t i = 0; i < count; i++) {
                sum = vaddq_s32(sum, running_sum_s8__lanes_load(entered, some, whole));
                entered += inner;
                if (left != NULL) {
                    sum = vsubq_s32(sum, running_sum_s8__lanes_load(left, some, whole));
                    left += inner;
                }
            }
            if (whole) {
                vst1q_s32(output + place, sum);
            } else {
                vstrwq_p_s32(output + place, sum, some);
            }
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
