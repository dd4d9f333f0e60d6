/* int32 values divided by one number, rounded to nearest, portable reference. */
#ifndef QUOTIENT_S32__REF_H
#define QUOTIENT_S32__REF_H

#include "tcm.h"

TCM_KERNEL void quotient_s32__ref(const int32_t *input, int8_t *output, int32_t elements, int32_t divisor,
                                  int32_t ties_up, int32_t activation_min, int32_t activation_max)
{
    const uint32_t half = (uint32_t)divisor / 2;
    const uint32_t below = ties_up ? (uint32_t)divisor - 1 - half : half;
    for (int32_t i = 0; i < elements; i++) {
        const uint32_t value = (uint32_t)input[i];
        const int32_t negative = input[i] < 0;
        const uint32_t magnitude = negative ? 0U - value + below : value + half;
        const uint32_t quotient = magnitude / (uint32_t)divisor;
        const int32_t result = (int32_t)(negative ? 0U - quotient : quotient);
        output[i] = (int8_t)tcm_clamp(result, activation_min, activation_max);
    }
}

#endif
