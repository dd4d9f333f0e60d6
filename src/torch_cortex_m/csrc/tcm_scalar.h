/* What kernels for cores without SIMD (Cortex-M0, M0+, M3) share. */
#ifndef TCM_SCALAR_H
#define TCM_SCALAR_H

#include "tcm.h"

/* Before a loop of few turns whose count is a literal: no loop is left, and arrays that it indexes become registers. */
#if defined(__clang__)
#define TCM_UNROLL_SCALAR _Pragma("clang loop unroll(full)")
#elif defined(__GNUC__)
#define TCM_UNROLL_SCALAR _Pragma("GCC unroll 16")
#else
#define TCM_UNROLL_SCALAR
#endif

/* sum + a * b modulo 2^32, in this order: left to itself, GCC sorts long sums anew and runs out of registers. */
TCM_KERNEL uint32_t tcm_multiply_add(uint32_t sum, uint32_t a, uint32_t b)
{
    sum += a * b;
#if defined(__GNUC__)
    __asm__ volatile("" : "+r"(sum));
#endif
    return sum;
}

/* floor(a * b / 2^32) */
TCM_KERNEL uint32_t tcm_multiply_high(uint32_t a, uint32_t b)
{
#if defined(__ARM_ARCH_6M__)
    /* There is no long multiplication: by halves, which costs less than the library's 64-bit product. */
    const uint32_t a_low = a & 0xffff;
    const uint32_t a_high = a >> 16;
    const uint32_t b_low = b & 0xffff;
    const uint32_t b_high = b >> 16;
    const uint32_t middle = a_high * b_low + (a_low * b_low >> 16);
    const uint32_t other = a_low * b_high + (middle & 0xffff);
    return a_high * b_high + (middle >> 16) + (other >> 16);
#else
    return (uint32_t)((uint64_t)a * b >> 32);
#endif
}

/* How a layer's accumulators become outputs; see ops/requantization.py. */
typedef struct {
    int32_t non_negative; /* negative accumulators end at activation_min */
    int32_t common_shift;
    int32_t output_offset;
    int32_t activation_min;
    int32_t activation_max;
} tcm_scalar_outputs;

/* The output of an accumulator. parameters: shift (or the channel's scale), multiplier, addend. */
TCM_KERNEL int8_t tcm_scalar_output(int32_t sum, const int32_t *parameters, const tcm_scalar_outputs *outputs)
{
    if (!outputs->non_negative) {
        return tcm_requantize_s8(sum, parameters[1], parameters[0], outputs->output_offset, outputs->activation_min,
                                 outputs->activation_max);
    }
    if (sum < 0) {
        return (int8_t)outputs->activation_min;
    }
    const uint32_t high = tcm_multiply_high((uint32_t)sum << parameters[0], (uint32_t)parameters[1]);
    const int32_t value = ((int32_t)high + parameters[2]) >> outputs->common_shift;
    return (int8_t)tcm_clamp(value, outputs->activation_min, outputs->activation_max);
}

#endif
