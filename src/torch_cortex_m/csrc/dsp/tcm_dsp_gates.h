/* Recurrent layers on cores with the DSP extension: a matrix times one vector, all rows in one call, and the functions of
 * gates.
 *
 * The vector is a column of pairs (see tcm_dsp_matrix.h), an even number of them. Rows of the matrix come four at a
 * time; the weights of rows 0 and 1, and of rows 2 and 3, travel together as those of two filters do there. The stream,
 * for each four rows: 4 biases, then for each pair a word of rows 0 and 1 and one of rows 2 and 3. */
#ifndef TCM_DSP_GATES_H
#define TCM_DSP_GATES_H

#include "tcm_dsp_columns.h"
#include "tcm_gates.h"

typedef struct {
    const int32_t *column;
    const int32_t *stream;
    int32_t *sums;
    int32_t steps; /* of two pairs each */
    const int32_t *stream_end;
} tcm_dsp_vector;

/* r0 column, r1 stream, r2 - r5 sums, r6 and r7 inputs, r8 - r11 weights, r12 those of the first row of two, lr where
 * sums go. Frame: 0 column, 4 its end, 8 entry, 12 end of the stream. The loop of eight steps is entered where as many
 * are left as the first, incomplete turn has. */
#define TCM_DSP_VECTOR_START(step_bytes) \
    "push {r4-r11, lr}\n\t"              \
    "sub sp, sp, #20\n\t"                \
    "ldm r0, {r0, r1, r2, r3, r4}\n\t"   \
    "mov lr, r2\n\t"                     \
    "add r5, r0, r3, lsl #3\n\t"         \
    "sub r3, r3, #1\n\t"                 \
    "and r3, r3, #7\n\t"                 \
    "add r3, r3, #1\n\t"                 \
    "mov r6, #" step_bytes "\n\t"        \
    "adr.w r7, 3f\n\t"                   \
    "mls r3, r3, r6, r7\n\t"             \
    "orr r3, r3, #1\n\t"                 \
    "strd r0, r5, [sp]\n\t"              \
    "strd r3, r4, [sp, #8]\n"            \
    "1:\n\t"                             \
    "ldm.w r1!, {r2-r5}\n\t"             \
    "ldr r0, [sp]\n\t"                   \
    "ldr pc, [sp, #8]\n"

#define TCM_DSP_VECTOR_LOADS        \
    "ldm.w r0!, {r6, r7}\n\t"       \
    "ldm.w r1!, {r8-r11}\n\t"

#define TCM_DSP_VECTOR_STEPS(products)     \
    "2:\n\t"                               \
    ".rept 8\n\t"                          \
    TCM_DSP_VECTOR_LOADS                   \
    products("r6", "r8", "r2", "r3")       \
    products("r6", "r9", "r4", "r5")       \
    products("r7", "r10", "r2", "r3")      \
    products("r7", "r11", "r4", "r5")      \
    ".endr\n"                              \
    "3:\n\t"                               \
    "ldr r12, [sp, #4]\n\t"                \
    "cmp r0, r12\n\t"                      \
    "bne.w 2b\n\t"

#define TCM_DSP_VECTOR_NEXT         \
    "stm lr!, {r2-r5}\n\t"          \
    "ldr r12, [sp, #12]\n\t"        \
    "cmp r1, r12\n\t"               \
    "bne.w 1b\n\t"                  \
    "add sp, sp, #20\n\t"           \
    "pop {r4-r11, pc}"

#define TCM_DSP_VECTOR_ROUTINE(name)                      \
    __attribute__((naked, noinline, unused, aligned(4)))  \
    static void name(__attribute__((unused)) const tcm_dsp_vector *vector)

TCM_DSP_VECTOR_ROUTINE(tcm_dsp_superposed_vector)
{
    __asm__ volatile(
        TCM_DSP_VECTOR_START("56")
        TCM_DSP_VECTOR_STEPS(TCM_DSP_TWO_SUPERPOSED)
        "sub r3, r3, r2\n\t"
        "sub r5, r5, r4\n\t"
        "asr r3, r3, #8\n\t"
        "asr r5, r5, #8\n\t"
        TCM_DSP_VECTOR_NEXT);
}

TCM_DSP_VECTOR_ROUTINE(tcm_dsp_separate_vector)
{
    __asm__ volatile(
        TCM_DSP_VECTOR_START("72")
        TCM_DSP_VECTOR_STEPS(TCM_DSP_TWO_SEPARATE)
        TCM_DSP_VECTOR_NEXT);
}

/* One of a layer's matrices; the rows of one unit's gates follow each other. shifts: of the gates, a byte each. is_plain:
 * no step of tcm_dsp_gate wraps. */
typedef struct {
    const int32_t *stream;
    const int32_t *multipliers;
    int32_t shifts;
    int32_t is_plain;
    int32_t length; /* of the vector */
    int32_t form;
} tcm_dsp_gates;

/* Words of a column of so many inputs: an even number. */
TCM_KERNEL int32_t tcm_dsp_column_words(int32_t length)
{
    return (tcm_dsp_run_pairs(length) + 1) / 2 * 2;
}

TCM_KERNEL void tcm_dsp_unpack_vector(const int8_t *input, int32_t length, int32_t *column)
{
    int32_t *end = tcm_dsp_unpack_1(input, length, column);
    if (tcm_dsp_run_pairs(length) % 2 != 0) {
        *end = 0;
    }
}

/* Sums of ``rows`` rows, a multiple of four, from ``first`` on, another. */
TCM_KERNEL void tcm_dsp_gate_sums(const tcm_dsp_gates *gates, const int32_t *column, int32_t first, int32_t rows,
                                  int32_t *sums)
{
    const int32_t words = tcm_dsp_column_words(gates->length);
    const int32_t block = 4 + 2 * words;
    const int32_t *stream = gates->stream + first / 4 * block;
    const tcm_dsp_vector vector = {
        .column = column,
        .stream = stream,
        .sums = sums,
        .steps = words / 2,
        .stream_end = stream + rows / 4 * block,
    };
    if (gates->form == TCM_DSP_FORM_SUPERPOSED) {
        tcm_dsp_superposed_vector(&vector);
    } else {
        tcm_dsp_separate_vector(&vector);
    }
}

TCM_KERNEL int32_t tcm_dsp_saturate_s16(int32_t value)
{
    int32_t result;
    __asm__("ssat %0, #16, %1" : "=r"(result) : "r"(value));
    return result;
}

/* value / 2^shift, rounded down, limited to int16; shift is a literal in [1, 31]. */
TCM_KERNEL int32_t tcm_shift_saturate_s16(int32_t value, int32_t shift)
{
    int32_t result;
#if defined(__OPTIMIZE__)
    if (__builtin_constant_p(shift)) {
        __asm__("ssat %0, #16, %1, asr %2" : "=r"(result) : "r"(value), "i"(shift));
        return result;
    }
#endif
    return tcm_dsp_saturate_s16(value >> shift);
}

/* A value requantized to int16 by a literal shift, of at most 22 to the right, if it does not wrap. */
TCM_KERNEL int32_t tcm_dsp_requantize_s16(int32_t value, int32_t multiplier, int32_t shift)
{
    if (shift >= 0) {
        return tcm_dsp_saturate_s16(tcm_smmlar((int32_t)((uint32_t)value << (shift + 1)), multiplier, 0));
    }
    const int32_t addend = (INT32_C(1) << (-shift - 1)) + (value >> 31);
    return tcm_shift_saturate_s16(tcm_smmlar(value * 2, multiplier, addend), -shift);
}

/* A sum of a gate in int16. */
TCM_KERNEL int32_t tcm_dsp_gate(int32_t sum, const tcm_dsp_gates *gates, int32_t gate)
{
    const int32_t multiplier = gates->multipliers[gate];
    const int32_t shift = (int8_t)(gates->shifts >> (8 * gate));
    return gates->is_plain ? tcm_dsp_requantize_s16(sum, multiplier, shift)
                           : tcm_dsp_saturate_s16(tcm_requantize(sum, multiplier, shift));
}

/* sum + a.low * b.low + a.high * b.high, where the compiler wants it. */
TCM_KERNEL int32_t tcm_dsp_interpolate(int32_t pair, int32_t shares, int32_t sum)
{
    int32_t result;
    __asm__("smlad %0, %1, %2, %3" : "=r"(result) : "r"(pair), "r"(shares), "r"(sum));
    return result;
}

/* sigmoid in Q0.15 of an int16 value in Q3.12. pairs: a value of tcm_gates.h's table and the next one in each word. */
TCM_KERNEL int32_t tcm_dsp_sigmoid_s16(int32_t value, const int32_t *pairs)
{
    const int32_t sign = value >> 31;
    const int32_t magnitude = 3 * ((value ^ sign) - sign);
    const int32_t rest = magnitude & 511;
    const int32_t part = tcm_dsp_interpolate(pairs[magnitude >> 9], (rest << 16) - rest + 512, 0);
    return ((part ^ sign) + (INT32_C(1) << 24) + 512) >> 10;
}

/* tanh in Q0.15, as tcm_tanh_s16. */
TCM_KERNEL int32_t tcm_dsp_tanh_s16(int32_t value, int32_t multiplier, int32_t shift, const int32_t *pairs)
{
    const int32_t scaled = (value * multiplier + ((INT32_C(1) << shift) >> 1)) >> shift;
    const int32_t sign = scaled >> 31;
    uint32_t magnitude = (uint32_t)((scaled ^ sign) - sign);
    __asm__("usat %0, #16, %1" : "=r"(magnitude) : "r"(magnitude));
    const int32_t rest = (int32_t)(magnitude & 255);
    const int32_t part = tcm_dsp_interpolate(pairs[magnitude >> 8], (rest << 16) - rest + 256, 0);
    return ((part ^ sign) + 128) >> 8;
}

/* A product of two values in Q0.15, below 2^30, requantized with literals to int16. */
TCM_KERNEL int32_t tcm_dsp_scaled_product(int32_t product, int32_t multiplier, int32_t shift)
{
    if (shift > -1 || shift < -22) {
        return tcm_dsp_saturate_s16(tcm_requantize(product, multiplier, shift));
    }
    return tcm_dsp_requantize_s16(product, multiplier, shift);
}

/* The same for int8 with an offset. */
TCM_KERNEL int32_t tcm_dsp_scaled_product_s8(int32_t product, int32_t multiplier, int32_t shift, int32_t offset)
{
    if (shift > -1 || shift < -22) {
        return tcm_requantize_s8(product, multiplier, shift, offset, -128, 127);
    }
    const int32_t addend = (offset * (INT32_C(1) << -shift)) + (INT32_C(1) << (-shift - 1)) + (product >> 31);
    return tcm_shift_saturate_s8(tcm_smmlar(product * 2, multiplier, addend), -shift);
}

#endif
