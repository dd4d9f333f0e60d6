/* Rounding of float32 to integers. */
#ifndef TCM_ROUND_H
#define TCM_ROUND_H

#include "tcm.h"

/* round(value), ties to even or away from zero, limited to [-2^bits, 2^bits], bits at most 23; 0 for a NaN.
 * It works on the bits of an IEEE 754 single: no library, cheap without a floating-point unit, and no compiler can
 * fuse the multiplication that gave the value with an operation here. */
TCM_KERNEL int32_t tcm_round_float(float value, int32_t ties_away, int32_t bits)
{
    const union {
        float value;
        uint32_t bits;
    } view = {value};
    const uint32_t magnitude_bits = view.bits & UINT32_C(0x7fffffff);
    const int32_t exponent = (int32_t)(magnitude_bits >> 23) - 127;
    uint32_t rounded = 0;
    if (exponent >= bits) {
        const uint32_t infinity = UINT32_C(0x7f800000);
        rounded = magnitude_bits > infinity ? 0 : UINT32_C(1) << bits;
    } else if (exponent >= -1) {
        const uint32_t fraction_bits = (uint32_t)(23 - exponent);
        const uint32_t significand = (magnitude_bits & UINT32_C(0x7fffff)) | UINT32_C(0x800000);
        const uint32_t remainder = significand & ((UINT32_C(1) << fraction_bits) - 1);
        const uint32_t half = UINT32_C(1) << (fraction_bits - 1);
        rounded = significand >> fraction_bits;
        if (remainder > half || (remainder == half && (ties_away || (rounded & 1) != 0))) {
            rounded++;
        }
    }
    return (view.bits >> 31) != 0 ? -(int32_t)rounded : (int32_t)rounded;
}

#endif
