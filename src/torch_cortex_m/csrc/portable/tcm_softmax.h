/* What softmax kernels share: from the exponentials of a row, which are never negative, to its outputs. */
#ifndef TCM_SOFTMAX_H
#define TCM_SOFTMAX_H

#include "tcm_scalar.h"

TCM_KERNEL int32_t tcm_softmax_largest(const int8_t *row, int32_t size)
{
    int32_t largest = row[0];
    for (int32_t i = 1; i < size; i++) {
        largest = row[i] > largest ? row[i] : largest;
    }
    return largest;
}

/* An exponential, in Q0.31, as it counts in the sum of a row, in Q12.19. */
TCM_KERNEL uint32_t tcm_softmax_summand(uint32_t exponential)
{
    return (exponential + (UINT32_C(1) << 11)) >> 12;
}

/* What a row's exponentials are multiplied by: factor * 2^-(32 + shift). */
typedef struct {
    uint32_t factor;
    int32_t shift;
} tcm_softmax_scale;

/* 1 / sum, for a sum in Q12.19 of 1 at least: three Newton steps in Q2.29. */
TCM_KERNEL tcm_softmax_scale tcm_softmax_invert(uint32_t sum)
{
    const int32_t one = INT32_C(1) << 29;
    const int32_t forty_eight_seventeenths = 1515870810;
    const int32_t minus_thirty_two_seventeenths = -1010580540;
    tcm_softmax_scale scale = {.factor = 0, .shift = 35};
#if defined(__ARM_FEATURE_CLZ)
    const int32_t zeros = __builtin_clz(sum);
    sum <<= zeros;
    scale.shift -= zeros;
#else
    if (sum < UINT32_C(1) << 23) {
        sum <<= 8;
        scale.shift -= 8;
    }
    while (sum < UINT32_C(1) << 31) {
        sum <<= 1;
        scale.shift--;
    }
#endif
    const int32_t half = (int32_t)(sum >> 1);
    int32_t x = forty_eight_seventeenths + tcm_multiply_doubled(half, minus_thirty_two_seventeenths);
    for (int32_t step = 0; step < 3; step++) {
        const int32_t error = one - tcm_multiply_doubled(half, x);
        x += tcm_multiply_doubled(x, error) * 4;
    }
    const int32_t reciprocal = x > INT32_MAX / 2 ? INT32_MAX : x * 2;
    scale.factor = (uint32_t)reciprocal * 2;
    return scale;
}

TCM_KERNEL int8_t tcm_softmax_output(uint32_t exponential, tcm_softmax_scale scale)
{
    /* A product is less than one: shifted by more than 31, it rounds to zero. */
    if (scale.shift > 31) {
        return -128;
    }
    const uint32_t product = tcm_multiply_high(scale.factor, exponential, UINT32_C(1) << 15);
    const uint32_t value = (product + (UINT32_C(1) << (scale.shift - 1))) >> scale.shift;
    return (int8_t)((value > 255 ? 255 : (int32_t)value) - 128);
}

#endif
