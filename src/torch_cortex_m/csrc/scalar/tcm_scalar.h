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

/* Adds a product to one sum, and its upper half to another; in this order for the same reason. */
TCM_KERNEL void tcm_multiply_add_pair(uint32_t *both, uint32_t *upper, uint32_t pair, uint32_t factor)
{
    const uint32_t products = pair * factor;
    *both += products;
    *upper += products >> 16;
#if defined(__GNUC__)
    __asm__ volatile("" : "+r"(*both), "+r"(*upper));
#endif
}

/* The address ``step`` further on, in the same register: otherwise compilers keep one for each of several steps. */
TCM_KERNEL const int8_t *tcm_advance(const int8_t *address, int32_t step)
{
    address += step;
#if defined(__GNUC__)
    __asm__ volatile("" : "+r"(address));
#endif
    return address;
}

/* floor((a * b + addend * 2^16) / 2^32); addend, a literal, 0 or 2^15. */
#if defined(__ARM_ARCH_6M__) && defined(__GNUC__)
/* There is no long multiplication: by halves, which costs less than the library's 64-bit product. The functions are
 * called, not inlined, as they need most of the registers that instructions of these cores reach; compilers need more,
 * which they save and restore. */
#define TCM_MULTIPLY_HIGH(name, add_to_middle)                                                       \
    static __attribute__((const, noinline, unused)) uint32_t name(uint32_t a, uint32_t b)           \
    {                                                                                               \
        uint32_t a_high;                                                                            \
        uint32_t b_high;                                                                            \
        __asm__(".syntax unified\n\t"                                                               \
                "lsrs %[a_high], %[a], #16\n\t"                                                     \
                "lsrs %[b_high], %[b], #16\n\t"                                                     \
                "uxth %[a], %[a]\n\t"                                                               \
                "uxth %[b], %[b]\n\t"                                                               \
                "mov r12, %[b]\n\t"                                                                 \
                "muls %[b], %[a]\n\t"                                                               \
                "muls %[a], %[b_high]\n\t"                                                          \
                "muls %[b_high], %[a_high]\n\t"                                                     \
                "lsrs %[b], %[b], #16\n\t"                                                          \
                "adds %[a], %[b]\n\t" /* the middle */                                              \
                add_to_middle                                                                       \
                "mov %[b], r12\n\t"                                                                 \
                "muls %[a_high], %[b]\n\t"                                                          \
                "uxth %[b], %[a]\n\t"                                                               \
                "lsrs %[a], %[a], #16\n\t"                                                          \
                "adds %[a], %[b_high]\n\t"                                                          \
                "adds %[b], %[a_high]\n\t"                                                          \
                "lsrs %[b], %[b], #16\n\t"                                                          \
                "adds %[a], %[b]"                                                                   \
                : [a] "+l"(a), [b] "+l"(b), [a_high] "=&l"(a_high), [b_high] "=&l"(b_high)          \
                :                                                                                   \
                : "r12", "cc");                                                                     \
        return a;                                                                                   \
    }

TCM_MULTIPLY_HIGH(tcm_multiply_high_floor, "")
TCM_MULTIPLY_HIGH(tcm_multiply_high_rounded, "movs %[b], #128\n\t"
                                             "lsls %[b], %[b], #8\n\t"
                                             "adds %[a], %[b]\n\t")

TCM_KERNEL uint32_t tcm_multiply_high(uint32_t a, uint32_t b, uint32_t addend)
{
    return addend == 0 ? tcm_multiply_high_floor(a, b) : tcm_multiply_high_rounded(a, b);
}
#else
TCM_KERNEL uint32_t tcm_multiply_high(uint32_t a, uint32_t b, uint32_t addend)
{
    return (uint32_t)(((uint64_t)a * b + (addend << 16)) >> 32);
}
#endif

/* tcm_doubling_high_multiply, cheaper on cores without a long multiplication. */
TCM_KERNEL int32_t tcm_multiply_doubled(int32_t a, int32_t b)
{
#if defined(__ARM_ARCH_6M__)
    const uint32_t low = (uint32_t)a * (uint32_t)b;
    uint32_t high = tcm_multiply_high((uint32_t)a, (uint32_t)b, 0);
    high -= a < 0 ? (uint32_t)b : 0;
    high -= b < 0 ? (uint32_t)a : 0;
    return (int32_t)((high << 1) + (low >> 31) + ((low >> 30) & 1));
#else
    return tcm_doubling_high_multiply(a, b);
#endif
}

/* A value limited to low ... high, within int8. */
TCM_KERNEL int8_t tcm_limit_s8(int32_t value, int32_t low, int32_t high)
{
#if defined(__ARM_FEATURE_SAT) && defined(__GNUC__)
    __asm__("ssat %0, #8, %1" : "=r"(value) : "r"(value));
    if (low == -128 && high == 127) {
        return (int8_t)value;
    }
#endif
    return (int8_t)tcm_clamp(value, low, high);
}

/* How a layer's accumulators become outputs: the ways of ops/integers/requantization.py. */
enum {
    TCM_SCALAR_ANY = 0,
    TCM_SCALAR_RIGHT = 1,
    TCM_SCALAR_NON_NEGATIVE = 2,
};

typedef struct {
    int32_t way;
    int32_t common_shift; /* of NON_NEGATIVE */
    int32_t output_offset; /* of ANY; the others have it in their addends */
    int32_t activation_min;
    int32_t activation_max;
} tcm_scalar_outputs;

/* The output of an accumulator. parameters: shift (of NON_NEGATIVE: the channel's scale), multiplier, addend. */
TCM_KERNEL int8_t tcm_scalar_output(int32_t sum, const int32_t *parameters, const tcm_scalar_outputs *outputs)
{
    const uint32_t multiplier = (uint32_t)parameters[1];
    int32_t value;
    if (outputs->way == TCM_SCALAR_ANY) {
        return tcm_requantize_s8(sum, parameters[1], parameters[0], outputs->output_offset, outputs->activation_min,
                                 outputs->activation_max);
    }
    if (outputs->way == TCM_SCALAR_RIGHT) {
        const uint32_t doubled = (uint32_t)sum << 1;
        uint32_t high = tcm_multiply_high(doubled, multiplier, 1 << 15) + (uint32_t)parameters[2];
        if (sum < 0) {
            /* doubled is 2^32 too large; and halves round away from zero. */
            high -= multiplier + 1;
        }
        value = (int32_t)high >> parameters[0];
    } else {
        if (sum < 0) {
            return (int8_t)outputs->activation_min;
        }
        const uint32_t high = tcm_multiply_high((uint32_t)sum << parameters[0], multiplier, 0);
        value = ((int32_t)high + parameters[2]) >> outputs->common_shift;
    }
    return tcm_limit_s8(value, outputs->activation_min, outputs->activation_max);
}

#endif
