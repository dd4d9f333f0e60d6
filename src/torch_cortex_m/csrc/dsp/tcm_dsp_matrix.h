/* Matrix products for cores with the DSP extension: convolutions and linear layers.
 *
 * A place is one position of the output; its column is the inputs that its window covers. Columns hold pairs of inputs
 * as halves of a word: [pair][4 places], or [pair] for one place alone. The weights of two filters travel together:
 * a word has two taps of both, each half w0 + 256 * w1 (superposed) or one byte each. So for four places and two
 * filters, one pair is 16 multiply-accumulates in 13 instructions:
 *
 *     load the weights and two columns, extract both w0 (SXTB16), 4 SMLAD; load two columns, 4 SMLAD
 *
 * Products with the whole halves give s0 + 256 * s1, those with w0 give s0: subtracting leaves s1, exactly as long as
 * s1 fits 24 bits. That is what ops/packing/dsp.py checks before it superposes. Else a second SXTB16 extracts w1.
 *
 * The weights are a stream; for each two filters: 2 biases, ``pairs`` words, then multiplier, addend and shift of both
 * (see tcm_dsp_output). An odd filter at the end has an idle partner.
 *
 * The routines are written out in assembly because they need all 14 registers, where compilers spill. */
#ifndef TCM_DSP_MATRIX_H
#define TCM_DSP_MATRIX_H

#include "tcm_dsp_pipelined.h"

typedef struct {
    const void *columns; /* pairs of inputs, or inputs that stay bytes */
    const int32_t *stream;
    void *output;          /* int8_t of the first place, or int32_t sums */
    int32_t output_stride; /* bytes from one place to the next */
    int32_t pairs;
    const int32_t *stream_end;
} tcm_dsp_product;

/* Aligned to the 16 bytes that caches of flash fetch at once, so that a routine takes as few of them as it can; ADR
 * counts from a multiple of four. */
#define TCM_DSP_ROUTINE(name)                               \
    __attribute__((naked, noinline, unused, aligned(16)))   \
    static void name(__attribute__((unused)) const tcm_dsp_product *product)

/* Four places. r0 columns, r1 stream, r2 - r5 sums of the first filter, r6 - r9 of the second, r10 and r11 inputs,
 * r12 weights, lr weights of the first filter. Frame: 0 output, 4 three strides, 8 end of the stream, 12 stride, 16
 * columns, 20 their end, 24 entry. Each instruction of a step has four bytes: the loop of TCM_DSP_TURN steps is entered
 * where as many are left as the last, incomplete turn has. */
#define TCM_DSP_START_4(step_bytes) TCM_DSP_START_4_WITH(step_bytes, "28", "")

/* The same with a frame of so many bytes, of which ``keep`` stores more of the product that r0 points to. */
#define TCM_DSP_START_4_WITH(step_bytes, frame_bytes, keep) \
    "push {r4-r11, lr}\n\t"                \
    "sub sp, sp, #" frame_bytes "\n\t"     \
    keep                                   \
    "ldm r0, {r0, r1, r2, r3, r4, r5}\n\t" \
    "add r6, r0, r4, lsl #4\n\t"           \
    "sub r4, r4, #1\n\t"                   \
    "and r4, r4, #" TCM_DSP_TURN "-1\n\t"  \
    "mov r7, #" step_bytes "\n\t"          \
    "adr.w r8, 3f\n\t"                     \
    "mls r7, r4, r7, r8\n\t"               \
    "orr r7, r7, #1\n\t"                   \
    "add r8, r3, r3, lsl #1\n\t"           \
    "strd r2, r8, [sp]\n\t"                \
    "strd r5, r3, [sp, #8]\n\t"            \
    "strd r0, r6, [sp, #16]\n\t"           \
    "str r7, [sp, #24]\n"                  \
    "1:\n\t"                               \
    "ldrd r2, r6, [r1], #8\n\t"            \
    "ldr r0, [sp, #16]\n\t"

/* Weights of the first filter in lr, of the second in r12, and what is done between. */
#define TCM_DSP_SUPERPOSED(between)    \
    "ldr.w r12, [r1], #4\n\t"          \
    between                            \
    "sxtb16 lr, r12\n\t"
#define TCM_DSP_SEPARATE(between)      \
    TCM_DSP_SUPERPOSED(between)        \
    "sxtb16 r12, r12, ror #8\n\t"

#if TCM_DSP_PIPELINED
#define TCM_DSP_SUPERPOSED_BYTES "56"
#define TCM_DSP_SEPARATE_BYTES "60"
#define TCM_DSP_STEPS_4(weights)       \
    TCM_DSP_PIPELINED_SUMS             \
    TCM_DSP_PIPELINED_STEPS(weights, "ldr.w r10, [r0], #16\n\t", "0", "", "24", "20", "bne.w")
#else
#define TCM_DSP_SUPERPOSED_BYTES "52"
#define TCM_DSP_SEPARATE_BYTES "56"

/* The inputs of the third and fourth place. Loads in a row cost one cycle each but for the last one; LDRD costs
 * three. */
#define TCM_DSP_INPUTS_4               \
    "ldr.w r10, [r0, #8]\n\t"          \
    "ldr.w r11, [r0, #12]\n\t"

/* The first step adds to the biases. */
#define TCM_DSP_FIRST_STEP_4(weights)  \
    weights(TCM_DSP_INPUTS_4)          \
    "smlad r5, r11, lr, r2\n\t"        \
    "smlad r9, r11, r12, r6\n\t"       \
    "smlad r4, r10, lr, r2\n\t"        \
    "smlad r8, r10, r12, r6\n\t"       \
    "ldrd r10, r11, [r0], #16\n\t"     \
    "smlad r3, r11, lr, r2\n\t"        \
    "smlad r7, r11, r12, r6\n\t"       \
    "smlad r2, r10, lr, r2\n\t"        \
    "smlad r6, r10, r12, r6\n\t"       \
    "ldr pc, [sp, #24]\n"

#define TCM_DSP_STEP_4(weights)        \
    weights(TCM_DSP_INPUTS_4)          \
    "smlad r5, r11, lr, r5\n\t"        \
    "smlad r9, r11, r12, r9\n\t"       \
    "smlad r4, r10, lr, r4\n\t"        \
    "smlad r8, r10, r12, r8\n\t"       \
    "ldrd r10, r11, [r0], #16\n\t"     \
    "smlad r3, r11, lr, r3\n\t"        \
    "smlad r7, r11, r12, r7\n\t"       \
    "smlad r2, r10, lr, r2\n\t"        \
    "smlad r6, r10, r12, r6\n\t"

#define TCM_DSP_STEPS_4(weights)       \
    TCM_DSP_FIRST_STEP_4(weights)      \
    "2:\n\t"                           \
    ".rept " TCM_DSP_TURN "\n\t"       \
    TCM_DSP_STEP_4(weights)            \
    ".endr\n"                          \
    "3:\n\t"                           \
    "ldr r12, [sp, #20]\n\t"           \
    "cmp r0, r12\n\t"                  \
    "bne.w 2b\n\t"
#endif

#define TCM_DSP_SUBTRACT_4  \
    "sub r6, r6, r2\n\t"    \
    "sub r7, r7, r3\n\t"    \
    "sub r8, r8, r4\n\t"    \
    "sub r9, r9, r5\n\t"

/* Shifts the sums of one filter, by a register or a literal. */
#define TCM_DSP_SHIFT_4(operation, a, b, c, d, amount) \
    operation " " a ", " a ", " amount "\n\t"          \
    operation " " b ", " b ", " amount "\n\t"          \
    operation " " c ", " c ", " amount "\n\t"          \
    operation " " d ", " d ", " amount "\n\t"

/* Outputs of non-negative layers; the sums are scaled. */
#define TCM_DSP_FLOOR_1(sum, multiplier, addend, shift)              \
    "smmla " sum ", " sum ", " multiplier ", " addend "\n\t"         \
    "ssat " sum ", #8, " sum ", asr #" shift "\n\t"

#define TCM_DSP_FLOOR_4(a, b, c, d, multiplier, addend, shift) \
    TCM_DSP_FLOOR_1(a, multiplier, addend, shift)              \
    TCM_DSP_FLOOR_1(b, multiplier, addend, shift)              \
    TCM_DSP_FLOOR_1(c, multiplier, addend, shift)              \
    TCM_DSP_FLOOR_1(d, multiplier, addend, shift)

/* Outputs with a right shift; the sums are doubled. */
#define TCM_DSP_ROUND_1(sum, multiplier, addend, shift, free) \
    TCM_DSP_ROUND_1_WITH(sum, multiplier, addend, shift, free, "")

/* The same with the rest of a shift. */
#define TCM_DSP_ROUND_1_WITH(sum, multiplier, addend, shift, free, rest) \
    "add " free ", " addend ", " sum ", asr #31\n\t"          \
    "smmlar " sum ", " sum ", " multiplier ", " free "\n\t"   \
    "asr " sum ", " sum ", " shift "\n\t"                     \
    "ssat " sum ", #8, " sum rest "\n\t"

#define TCM_DSP_ROUND_4(a, b, c, d, multiplier, addend, shift, free) \
    TCM_DSP_ROUND_1(a, multiplier, addend, shift, free)              \
    TCM_DSP_ROUND_1(b, multiplier, addend, shift, free)              \
    TCM_DSP_ROUND_1(c, multiplier, addend, shift, free)              \
    TCM_DSP_ROUND_1(d, multiplier, addend, shift, free)

/* Four places of two filters, whose outputs are neighbours: two bytes at any address. */
#if defined(__ARM_FEATURE_UNALIGNED)
#define TCM_DSP_STORE_4                 \
    "ldm sp, {r0, r10, r12, lr}\n\t"    \
    "bfi r2, r6, #8, #24\n\t"           \
    "bfi r3, r7, #8, #24\n\t"           \
    "bfi r4, r8, #8, #24\n\t"           \
    "bfi r5, r9, #8, #24\n\t"           \
    "strh r3, [r0, lr]\n\t"             \
    "strh r4, [r0, lr, lsl #1]\n\t"     \
    "strh r5, [r0, r10]\n\t"            \
    "strh r2, [r0], #2\n\t"
#else
#define TCM_DSP_STORE_4                 \
    "ldm sp, {r0, r10, r12, lr}\n\t"    \
    "strb r3, [r0, lr]\n\t"             \
    "strb r4, [r0, lr, lsl #1]\n\t"     \
    "strb r5, [r0, r10]\n\t"            \
    "strb r2, [r0], #1\n\t"             \
    "strb r7, [r0, lr]\n\t"             \
    "strb r8, [r0, lr, lsl #1]\n\t"     \
    "strb r9, [r0, r10]\n\t"            \
    "strb r6, [r0], #1\n\t"
#endif

/* The end of the stream is in r12. */
#define TCM_DSP_NEXT_4 TCM_DSP_NEXT_4_WITH("28")

#define TCM_DSP_NEXT_4_WITH(frame_bytes)  \
    "str r0, [sp]\n\t"                    \
    "cmp r1, r12\n\t"                     \
    "bne.w 1b\n\t"                        \
    "add sp, sp, #" frame_bytes "\n\t"    \
    "pop {r4-r11, pc}"

/* Four places and all filters of a non-negative layer with this common shift. */
#define TCM_DSP_NON_NEGATIVE_4(name, shift)                        \
    TCM_DSP_ROUTINE(name)                                          \
    {                                                              \
        __asm__ volatile(                                          \
            TCM_DSP_START_4(TCM_DSP_SUPERPOSED_BYTES)              \
            TCM_DSP_STEPS_4(TCM_DSP_SUPERPOSED)                    \
            TCM_DSP_SUBTRACT_4                                     \
            "ldm r1!, {r10, r11, r12}\n\t"                         \
            TCM_DSP_SHIFT_4("lsl", "r2", "r3", "r4", "r5", "r12")  \
            TCM_DSP_FLOOR_4("r2", "r3", "r4", "r5", "r10", "r11", shift) \
            "ldm r1!, {r10, r11, r12}\n\t"                         \
            TCM_DSP_SHIFT_4("asr", "r6", "r7", "r8", "r9", "r12")  \
            TCM_DSP_FLOOR_4("r6", "r7", "r8", "r9", "r10", "r11", shift) \
            TCM_DSP_STORE_4                                        \
            TCM_DSP_NEXT_4);                                       \
    }

TCM_DSP_NON_NEGATIVE_4(tcm_dsp_non_negative_10_4, "10")
TCM_DSP_NON_NEGATIVE_4(tcm_dsp_non_negative_12_4, "12")
TCM_DSP_NON_NEGATIVE_4(tcm_dsp_non_negative_14_4, "14")

/* Four places and all filters of a layer with right shifts. */
TCM_DSP_ROUTINE(tcm_dsp_right_4)
{
    __asm__ volatile(
        TCM_DSP_START_4(TCM_DSP_SUPERPOSED_BYTES)
        TCM_DSP_STEPS_4(TCM_DSP_SUPERPOSED)
        TCM_DSP_SUBTRACT_4
        TCM_DSP_SHIFT_4("lsl", "r2", "r3", "r4", "r5", "#1")
        TCM_DSP_SHIFT_4("asr", "r6", "r7", "r8", "r9", "#7")
        "ldm r1!, {r10, r11, r12}\n\t"
        TCM_DSP_ROUND_4("r2", "r3", "r4", "r5", "r10", "r11", "r12", "lr")
        "ldm r1!, {r10, r11, r12}\n\t"
        TCM_DSP_ROUND_4("r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr")
        TCM_DSP_STORE_4
        TCM_DSP_NEXT_4);
}

/* The sums of four places and two filters, [filter][place], for any other way. */
#define TCM_DSP_STORE_SUMS_4       \
    "ldr r0, [sp]\n\t"             \
    "stm r0, {r2-r9}\n\t"          \
    "add sp, sp, #28\n\t"          \
    "pop {r4-r11, pc}"

TCM_DSP_ROUTINE(tcm_dsp_superposed_sums_4)
{
    __asm__ volatile(
        TCM_DSP_START_4(TCM_DSP_SUPERPOSED_BYTES)
        TCM_DSP_STEPS_4(TCM_DSP_SUPERPOSED)
        TCM_DSP_SUBTRACT_4
        TCM_DSP_SHIFT_4("asr", "r6", "r7", "r8", "r9", "#8")
        TCM_DSP_STORE_SUMS_4);
}

TCM_DSP_ROUTINE(tcm_dsp_separate_sums_4)
{
    __asm__ volatile(
        TCM_DSP_START_4(TCM_DSP_SEPARATE_BYTES)
        TCM_DSP_STEPS_4(TCM_DSP_SEPARATE)
        TCM_DSP_STORE_SUMS_4);
}

/* One place. r0 column, r1 stream, r2 and r3 sums, r4 - r7 weights, r8 - r11 inputs, r12 weights of the first filter,
 * lr output. Frame: 0 column, 4 its end, 8 and 12 entries, 16 end of the stream. Pairs that do not fill a block of four
 * come first; the loop of four blocks is entered as that of four places. */
#define TCM_DSP_START_1(pair_bytes, block_bytes) TCM_DSP_START_1_WITH(pair_bytes, block_bytes, "20", "")

#define TCM_DSP_START_1_WITH(pair_bytes, block_bytes, frame_bytes, keep) \
    "push {r4-r11, lr}\n\t"                      \
    "sub sp, sp, #" frame_bytes "\n\t"           \
    keep                                         \
    "ldm r0, {r0, r1, r2, r3, r4, r5}\n\t"       \
    "mov lr, r2\n\t"                             \
    "add r6, r0, r4, lsl #2\n\t"                 \
    "strd r0, r6, [sp]\n\t"                      \
    "and r6, r4, #3\n\t"                         \
    "mov r7, #" pair_bytes "\n\t"                \
    "adr.w r8, 4f\n\t"                           \
    "mls r6, r6, r7, r8\n\t"                     \
    "ubfx r4, r4, #2, #2\n\t"                    \
    "mov r7, #" block_bytes "\n\t"               \
    "adr.w r8, 3f\n\t"                           \
    "mls r4, r4, r7, r8\n\t"                     \
    "orr r6, r6, #1\n\t"                         \
    "orr r4, r4, #1\n\t"                         \
    "strd r6, r4, [sp, #8]\n\t"                  \
    "str r5, [sp, #16]\n"                        \
    "1:\n\t"                                     \
    "ldrd r2, r3, [r1], #8\n\t"                  \
    "ldr r0, [sp]\n\t"                           \
    "ldr pc, [sp, #8]\n\t"

#define TCM_DSP_SUPERPOSED_1(weights, inputs)   \
    "sxtb16 r12, " weights "\n\t"               \
    "smlad r2, " inputs ", r12, r2\n\t"         \
    "smlad r3, " inputs ", " weights ", r3\n\t"

#define TCM_DSP_SEPARATE_1(weights, inputs)          \
    "sxtb16 r12, " weights "\n\t"                    \
    "sxtb16 " weights ", " weights ", ror #8\n\t"    \
    "smlad r2, " inputs ", r12, r2\n\t"              \
    "smlad r3, " inputs ", " weights ", r3\n\t"

#define TCM_DSP_PAIR_1(products) \
    "ldr r4, [r1], #4\n\t"       \
    "ldr r8, [r0], #4\n\t"       \
    products("r4", "r8")

#define TCM_DSP_BLOCK_1(products)   \
    "ldm.w r1!, {r4-r7}\n\t"        \
    "ldm.w r0!, {r8-r11}\n\t"       \
    products("r4", "r8")            \
    products("r5", "r9")            \
    products("r6", "r10")           \
    products("r7", "r11")

#define TCM_DSP_STEPS_1(products) \
    TCM_DSP_PAIR_1(products)      \
    TCM_DSP_PAIR_1(products)      \
    TCM_DSP_PAIR_1(products)      \
    "4:\n\t"                      \
    "ldr pc, [sp, #12]\n"         \
    "2:\n\t"                      \
    TCM_DSP_BLOCK_1(products)     \
    TCM_DSP_BLOCK_1(products)     \
    TCM_DSP_BLOCK_1(products)     \
    TCM_DSP_BLOCK_1(products)     \
    "3:\n\t"                      \
    "ldr r12, [sp, #4]\n\t"       \
    "cmp r0, r12\n\t"             \
    "bne.w 2b\n\t"

#define TCM_DSP_NEXT_1 TCM_DSP_NEXT_1_WITH("20")

#define TCM_DSP_NEXT_1_WITH(frame_bytes)  \
    "strb r2, [lr], #1\n\t"               \
    "strb r3, [lr], #1\n\t"               \
    "ldr r12, [sp, #16]\n\t"              \
    "cmp r1, r12\n\t"                     \
    "bne.w 1b\n\t"                        \
    "add sp, sp, #" frame_bytes "\n\t"    \
    "pop {r4-r11, pc}"

/* One place and all filters of a non-negative layer with this common shift. */
#define TCM_DSP_NON_NEGATIVE_1(name, shift)               \
    TCM_DSP_ROUTINE(name)                                 \
    {                                                     \
        __asm__ volatile(                                 \
            TCM_DSP_START_1("20", "56")                   \
            TCM_DSP_STEPS_1(TCM_DSP_SUPERPOSED_1)         \
            "ldm r1!, {r4-r9}\n\t"                        \
            "sub r3, r3, r2\n\t"                          \
            "lsl r2, r2, r6\n\t"                          \
            "asr r3, r3, r9\n\t"                          \
            TCM_DSP_FLOOR_1("r2", "r4", "r5", shift)      \
            TCM_DSP_FLOOR_1("r3", "r7", "r8", shift)      \
            TCM_DSP_NEXT_1);                              \
    }

TCM_DSP_NON_NEGATIVE_1(tcm_dsp_non_negative_10_1, "10")
TCM_DSP_NON_NEGATIVE_1(tcm_dsp_non_negative_12_1, "12")
TCM_DSP_NON_NEGATIVE_1(tcm_dsp_non_negative_14_1, "14")

/* One place and all filters of a layer with right shifts. */
TCM_DSP_ROUTINE(tcm_dsp_right_1)
{
    __asm__ volatile(
        TCM_DSP_START_1("20", "56")
        TCM_DSP_STEPS_1(TCM_DSP_SUPERPOSED_1)
        "ldm r1!, {r4-r9}\n\t"
        "sub r3, r3, r2\n\t"
        "lsl r2, r2, #1\n\t"
        "asr r3, r3, #7\n\t"
        TCM_DSP_ROUND_1("r2", "r4", "r5", "r6", "r10")
        TCM_DSP_ROUND_1("r3", "r7", "r8", "r9", "r10")
        TCM_DSP_NEXT_1);
}

/* The sums of one place and two filters, for any other way. */
#define TCM_DSP_STORE_SUMS_1  \
    "strd r2, r3, [lr]\n\t"   \
    "add sp, sp, #20\n\t"     \
    "pop {r4-r11, pc}"

TCM_DSP_ROUTINE(tcm_dsp_superposed_sums_1)
{
    __asm__ volatile(
        TCM_DSP_START_1("20", "56")
        TCM_DSP_STEPS_1(TCM_DSP_SUPERPOSED_1)
        "sub r3, r3, r2\n\t"
        "asr r3, r3, #8\n\t"
        TCM_DSP_STORE_SUMS_1);
}

TCM_DSP_ROUTINE(tcm_dsp_separate_sums_1)
{
    __asm__ volatile(
        TCM_DSP_START_1("24", "72")
        TCM_DSP_STEPS_1(TCM_DSP_SEPARATE_1)
        TCM_DSP_STORE_SUMS_1);
}

#endif
