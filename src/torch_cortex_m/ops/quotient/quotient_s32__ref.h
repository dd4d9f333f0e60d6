/* int32 values divided by one number, rounded to nearest, portable reference. */
#ifndef QUOTIENT_S32__REF_H
#define QUOTIENT_S32__REF_H

#include "tcm.h"

TCM_KERNEL void quotient_s32__ref(const int32_t *input, int8_t *output, int32_t elements, int32_t divisor,
                                  int32_t ties_up, int32_t activation_min, int32_t activation_max)
{
    const int32_t half = divisor / 2;
    for (int32_t i = 0; i < elements; i++) {
        int32_t quotient = input[i] / divisor;
        int32_t rest = input[i] % divisor;
        if (ties_up && rest < 0) {
            quotient--;
            rest += divisor;
        }
        if (rest < 0) {
            quotient -= half - rest >= divisor;
        } else {
            quotient += half + rest >= divisor;
        }
        output[i] = (int8_t)tcm_clamp(quotient, activation_min, activation_max);
    }
}

#endif
