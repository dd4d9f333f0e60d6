/* Activations of int16: their sums and outputs. */
#ifndef TCM_WIDE_H
#define TCM_WIDE_H

#include "tcm.h"

/* value * multiplier * 2^(shift - 31), the multiplier rounded to 16 bits, ties up; |value| < 2^47, shift in
 * [-31, 7]. */
TCM_KERNEL int32_t tcm_requantize_wide(int64_t value, int32_t multiplier, int32_t shift)
{
    const int32_t reduced = multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
    return (int32_t)((value * reduced + ((int64_t)1 << (14 - shift))) >> (15 - shift));
}

/* The int16 output of a sum of weights and inputs: wide ones are requantized as above, others have 32 bits. */
TCM_KERNEL int16_t tcm_output_s16(int64_t sum, int32_t wide, int32_t multiplier, int32_t shift, int32_t low,
                                  int32_t high)
{
    const int32_t scaled = wide != 0 ? tcm_requantize_wide(sum, multiplier, shift)
                                     : tcm_requantize((int32_t)sum, multiplier, shift);
    return (int16_t)tcm_clamp(scaled, low, high);
}

/* The int16 output of an accumulator of 32 bits: requantize, add the output offset, clamp. */
TCM_KERNEL int16_t tcm_requantize_s16(int32_t value, int32_t multiplier, int32_t shift, int32_t offset, int32_t low,
                                      int32_t high)
{
    const uint32_t scaled = (uint32_t)tcm_requantize(value, multiplier, shift) + (uint32_t)offset;
    return (int16_t)tcm_clamp((int32_t)scaled, low, high);
}

/* sum and the products of taps and values. */
TCM_KERNEL int64_t tcm_sum_of_products_s16(const int16_t *values, const int8_t *taps, int32_t count, int64_t sum)
{
    for (int32_t i = 0; i < count; i++) {
        sum += values[i] * taps[i];
    }
    return sum;
}

#endif
