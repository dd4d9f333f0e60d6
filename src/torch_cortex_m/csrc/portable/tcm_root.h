/* Reciprocal square roots of integers. */
#ifndef TCM_ROOT_H
#define TCM_ROOT_H

#include "tcm.h"

/* factor * 2^(exponent - 61), factor in [2^30, 2^31]. */
typedef struct {
    int64_t factor;
    int32_t exponent;
} tcm_root;

/* 1 / sqrt(value), exact to 28 bits, for a value in [1, 2^62): Newton's iteration x * (3 - a * x^2) / 2 from
 * 2.2 - 1.25 a, where a has the upper bits of the value as a fraction in [1/4, 1). */
TCM_KERNEL tcm_root tcm_reciprocal_root(int64_t value)
{
    tcm_root root = {.factor = 0, .exponent = (__builtin_clzll((uint64_t)value) - 2) / 2};
    const uint64_t a = (uint64_t)value << (2 * root.exponent) >> 30;
    uint64_t x = UINT64_C(2362232012) - ((UINT64_C(1342177280) * a) >> 32);
    for (int32_t step = 0; step < 4; step++) {
        const uint64_t squared = (((x * x) >> 30) * a) >> 32;
        x = (x * ((UINT64_C(3) << 30) - squared)) >> 31;
    }
    root.factor = (int64_t)x;
    return root;
}

#endif
