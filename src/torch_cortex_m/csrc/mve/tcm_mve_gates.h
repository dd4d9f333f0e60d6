/* Recurrent layers on MVE: a matrix times one vector, and the functions of gates for four units at a time.
 *
 * A tile (see tcm_mve_tiles.h) is one gate of four units; behind its weights are its biases. */
#ifndef TCM_MVE_GATES_H
#define TCM_MVE_GATES_H

#include <arm_mve.h>

#include "tcm_copy.h"
#include "tcm_gates.h"
#include "tcm_mve_tiles.h"

#define TCM_MVE_SUM_TILES                                                                                             \
    "push {r7, r9}\n.set tcm_head, 16\n"                                                                              \
    "1:\n"                                                                                                            \
    TCM_MVE_LITERAL("r0", "64 * %c[steps] + 16")                                                                      \
    "add r9, r5, r0\n"                                                                                                \
    TCM_MVE_ALL_STEPS(TCM_MVE_TWO_TILES_AT)                                                                           \
    TCM_MVE_SUMS TCM_MVE_ADD_BIAS("q0", "r5") TCM_MVE_ADD_BIAS("q1", "r9")                                            \
    "vstrw.32 q0, [r1], #16\n"                                                                                        \
    "vstrw.32 q1, [r1], #16\n"                                                                                        \
    "mov r5, r9\n"                                                                                                    \
    TCM_MVE_REWIND("r3")                                                                                              \
    "subs r11, r11, #1\n"                                                                                             \
    "bne 1b\n"                                                                                                        \
    "pop {r7, r9}\n" TCM_MVE_ROOM

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* The sums of an even number of tiles from a vector of 16 * steps values, a literal; returns the tiles behind them. */
TCM_KERNEL const int8_t *tcm_mve_sum_tiles(const int8_t *vector, const int8_t *tiles, int32_t *sums, int32_t count,
                                           int32_t steps)
{
    register int32_t *r1 __asm__("r1") = sums;
    register const int8_t *r3 __asm__("r3") = vector;
    register const int8_t *r5 __asm__("r5") = tiles;
    register int32_t r11 __asm__("r11") = count / 2;
    __asm__ volatile(TCM_MVE_SUM_TILES
                     : "+r"(r1), "+r"(r3), "+r"(r5), "+r"(r11)
                     : [steps] "i"(steps)
                     : TCM_MVE_CLOBBERS);
    return r5;
}

#pragma GCC diagnostic pop

/* The vector itself, or a copy of it that whole registers can be read from. */
TCM_KERNEL const int8_t *tcm_mve_whole_vector(const int8_t *values, int32_t length, int8_t *copy)
{
    if (length % 16 == 0) {
        return values;
    }
    tcm_mve_copy(copy, values, length);
    return copy;
}

/* value * multiplier * 2^(shift - 31) with two roundings, as tcm_requantize; multiplier >= 0. */
TCM_KERNEL int32x4_t tcm_mve_requantize(int32x4_t value, int32_t multiplier, int32_t shift)
{
    if (shift > 0) {
        value = vshlq_r_s32(value, shift);
    }
    int32x4_t scaled = vqrdmulhq_n_s32(value, multiplier);
    if (shift < 0) {
        /* One less than a negative value: halves round away from zero. */
        scaled = vrshlq_n_s32(vaddq_s32(scaled, vshrq_n_s32(value, 31)), shift);
    }
    return scaled;
}

/* Limited to int16, in the even halves. */
TCM_KERNEL int16x8_t tcm_mve_saturate_s16(int32x4_t value)
{
    return vqmovnbq_s32(vreinterpretq_s16_s32(value), value);
}

/* Limited to int16. Clang 14 widens the value itself where it is to widen what vqmovnb made of it. */
TCM_KERNEL int32x4_t tcm_mve_limit_s16(int32x4_t value)
{
#ifdef __clang__
    return vminq_s32(vmaxq_s32(value, vdupq_n_s32(INT16_MIN)), vdupq_n_s32(INT16_MAX));
#else
    return vmovlbq_s16(tcm_mve_saturate_s16(value));
#endif
}

/* a + b in int16, each of them and their sum limited. */
TCM_KERNEL int32x4_t tcm_mve_add_s16(int32x4_t a, int32x4_t b)
{
    return vmovlbq_s16(vqaddq_s16(tcm_mve_saturate_s16(a), tcm_mve_saturate_s16(b)));
}

/* What takes the sums of one of a layer's matrices to int16; shifts: of the gates, a byte each, a literal. */
typedef struct {
    const int32_t *multipliers;
    int32_t shifts;
} tcm_mve_gates;

/* A gate of four units, not limited yet; its sums follow those of the gates before. */
TCM_KERNEL int32x4_t tcm_mve_gate(const int32_t *sums, const tcm_mve_gates *gates, int32_t gate)
{
    const int32_t shift = (int8_t)(gates->shifts >> (8 * gate));
    return tcm_mve_requantize(vld1q_s32(sums + 4 * gate), gates->multipliers[gate], shift);
}

/* The table of tcm_gates.h at place + rest / 2^bits, in as many fractional bits more. pairs: an element and the next one
 * in each word. */
TCM_KERNEL int32x4_t tcm_mve_interpolate(uint32x4_t place, int32x4_t rest, int32_t bits, const int32_t *pairs)
{
    const int32x4_t pair = vldrwq_gather_shifted_offset_s32(pairs, place);
    const int32x4_t first = vsubq_s32(vdupq_n_s32(INT32_C(1) << bits), rest);
    const int16x8_t shares = vreinterpretq_s16_s32(vsliq_n_s32(first, rest, 16));
    return vaddq_s32(vmullbq_int_s16(vreinterpretq_s16_s32(pair), shares),
                     vmulltq_int_s16(vreinterpretq_s16_s32(pair), shares));
}

/* Stores the first ``count`` of four values as int8, with an offset and limited. */
TCM_KERNEL void tcm_mve_store_hidden(int8_t *result, int32x4_t value, int32_t offset, int32_t count)
{
    const int16x8_t narrow = tcm_mve_saturate_s16(vaddq_n_s32(value, offset));
    const int32x4_t bytes = vreinterpretq_s32_s8(vqmovnbq_s16(vreinterpretq_s8_s16(narrow), narrow));
    if (count == 4) {
        vstrbq_s32(result, bytes);
    } else {
        vstrbq_p_s32(result, bytes, vctp32q((uint32_t)count));
    }
}

/* sigmoid in Q0.15 of int16 values in Q3.12. */
TCM_KERNEL int32x4_t tcm_mve_sigmoid_s16(int32x4_t value, const int32_t *pairs)
{
    const int32x4_t magnitude = vmulq_n_s32(vabsq_s32(value), 3);
    const int32x4_t rest = vandq_s32(magnitude, vdupq_n_s32(511));
    const uint32x4_t place = vreinterpretq_u32_s32(vshrq_n_s32(magnitude, 9));
    const int32x4_t part = veorq_s32(tcm_mve_interpolate(place, rest, 9, pairs), vshrq_n_s32(value, 31));
    return vaddq_n_s32(vrshrq_n_s32(part, 10), 1 << 14);
}

/* tanh in Q0.15, as tcm_tanh_s16. */
TCM_KERNEL int32x4_t tcm_mve_tanh_s16(int32x4_t value, int32_t multiplier, int32_t shift, const int32_t *pairs)
{
    int32x4_t scaled = vmulq_n_s32(value, multiplier);
    if (shift > 0) {
        scaled = vrshlq_n_s32(scaled, -shift);
    }
    const int32x4_t magnitude = vminq_s32(vabsq_s32(scaled), vdupq_n_s32(65535));
    const int32x4_t rest = vandq_s32(magnitude, vdupq_n_s32(255));
    const uint32x4_t place = vreinterpretq_u32_s32(vshrq_n_s32(magnitude, 8));
    const int32x4_t part = veorq_s32(tcm_mve_interpolate(place, rest, 8, pairs), vshrq_n_s32(scaled, 31));
    return vrshrq_n_s32(part, 8);
}

#endif
