/* Quantized division with broadcasting, portable reference: int8; reciprocals has those of 0 to 255, normalized. */
#ifndef DIV_S8__REF_H
#define DIV_S8__REF_H

#include "tcm_broadcast.h"

/* The number of bits of value, which is 0 to 511. */
TCM_KERNEL int32_t div_s8__ref_bits(int32_t value)
{
#if defined(__ARM_FEATURE_CLZ)
    return value == 0 ? 0 : 32 - __builtin_clz((uint32_t)value);
#else
    int32_t bits = 0;
    for (int32_t rest = value; rest > 0; rest >>= 1) {
        bits++;
    }
    return bits;
#endif
}

/* dividend / divisor in the output's scale, divisor > 0. */
TCM_KERNEL int32_t div_s8__ref_quotient(int32_t dividend, int32_t divisor, int32_t reciprocal, int32_t multiplier,
                                        int32_t shift)
{
    const int32_t headroom = dividend < 0 ? 32 - div_s8__ref_bits(-2 * dividend - 1) : 31 - div_s8__ref_bits(dividend);
    const int32_t normalized = (int32_t)((uint32_t)dividend << headroom);
    const int32_t quotient = tcm_doubling_high_multiply(normalized, reciprocal);
    const int32_t right = headroom + div_s8__ref_bits(divisor) - 1 - shift;
    const int32_t scaled = tcm_doubling_high_multiply(quotient, multiplier);
    return right > 31 ? 0 : tcm_rounding_shift_right(scaled, right);
}

TCM_KERNEL int8_t div_s8__ref_element(int32_t dividend, int32_t divisor, const int32_t *reciprocals,
                                      int32_t output_offset, int32_t multiplier, int32_t shift, int32_t activation_min,
                                      int32_t activation_max)
{
    if (divisor == 0 && dividend != 0) {
        return (int8_t)(dividend < 0 ? activation_min : activation_max);
    }
    const int32_t size = divisor < 0 ? -divisor : divisor;
    const int32_t quotient = divisor == 0 ? 0
                                          : div_s8__ref_quotient(divisor < 0 ? -dividend : dividend, size,
                                                                 reciprocals[size], multiplier, shift);
    return (int8_t)tcm_clamp(quotient + output_offset, activation_min, activation_max);
}

TCM_KERNEL void div_s8__ref(const int8_t *input, const int8_t *other, const int32_t *reciprocals, int8_t *output,
                            TCM_BROADCAST_PARAMETERS, int32_t input_offset, int32_t other_offset,
                            int32_t output_offset, int32_t multiplier, int32_t shift, int32_t activation_min,
                            int32_t activation_max)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        *output = div_s8__ref_element(input[a] + input_offset, other[b] + other_offset, reciprocals, output_offset,
                                      multiplier, shift, activation_min, activation_max);
    }
}

#endif
