/* What every kernel shares: the inlining contract and TFLite/CMSIS-NN requantization. */
#ifndef TCM_H
#define TCM_H

#include <stddef.h>
#include <stdint.h>

/* Kernels are inlined where they are called, so that every literal argument folds into the code. Calls that
 * -finstrument-functions puts in would hide the literals from inline assembly. */
#define TCM_KERNEL static inline __attribute__((always_inline, no_instrument_function))

/* round(a * b / 2^31), ties up: the high half of the doubled product, as VQRDMULH without saturation. */
TCM_KERNEL int32_t tcm_doubling_high_multiply(int32_t a, int32_t b)
{
    return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* round(value / 2^shift), ties away from zero; shift in [0, 31]. */
TCM_KERNEL int32_t tcm_rounding_shift_right(int32_t value, int32_t shift)
{
    const uint32_t mask = (uint32_t)(((uint64_t)1 << shift) - 1U);
    const uint32_t remainder = (uint32_t)value & mask;
    const uint32_t threshold = (mask >> 1) + (value < 0 ? 1U : 0U);
    return (value >> shift) + (remainder > threshold ? 1 : 0);
}

/* value * multiplier * 2^(shift - 31) with two roundings. A positive shift multiplies first, modulo 2^32. */
TCM_KERNEL int32_t tcm_requantize(int32_t value, int32_t multiplier, int32_t shift)
{
    const int32_t left = shift > 0 ? shift : 0;
    const int32_t right = shift > 0 ? 0 : -shift;
    const int32_t shifted = (int32_t)((uint32_t)value << left);
    return tcm_rounding_shift_right(tcm_doubling_high_multiply(shifted, multiplier), right);
}

TCM_KERNEL int32_t tcm_clamp(int32_t value, int32_t low, int32_t high)
{
    if (value < low) {
        return low;
    }
    return value > high ? high : value;
}

/* The int8 output of an accumulator: requantize, add the output offset, clamp to the activation range. */
TCM_KERNEL int8_t tcm_requantize_s8(int32_t value, int32_t multiplier, int32_t shift, int32_t offset, int32_t low,
                                    int32_t high)
{
    const uint32_t scaled = (uint32_t)tcm_requantize(value, multiplier, shift) + (uint32_t)offset;
    return (int8_t)tcm_clamp((int32_t)scaled, low, high);
}

#endif
