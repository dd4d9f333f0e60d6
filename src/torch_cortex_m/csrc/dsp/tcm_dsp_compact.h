/* The routines of tcm_dsp_matrix.h with six bytes of flash less for each channel, and three or four instructions more
 * for two filters. Weights are superposed, and filters come in twos.
 *
 * The stream, for each two filters: 2 biases, ``pairs`` words, the multipliers of both and a word of four bytes. What
 * the addends of all channels have in common is one number of the layer:
 *
 *     right shifts: the layer's number is 2 * output_offset + 1. Bytes 0 and 1 are the shifts less one, by which it
 *         becomes the addend; the output is shifted by one more.
 *     non-negative: the layer's number is output_offset and a half, times 2^common_shift. Bytes 0 and 1 are what the
 *         sums are shifted by, left and right; bytes 2 and 3 are added to the layer's number.
 *
 * Shifts by a register take its lowest byte, so the word needs no mask. */
#ifndef TCM_DSP_COMPACT_H
#define TCM_DSP_COMPACT_H

#include "tcm_dsp_matrix.h"

typedef struct {
    tcm_dsp_product product;
    int32_t addend; /* the layer's number */
} tcm_dsp_compact_product;

/* Keeps the layer's number, which is behind six words of the product, behind the frame of other routines. What is
 * pushed and the frame are a multiple of eight bytes. */
#define TCM_DSP_KEEP_ADDEND(offset)     \
    "ldr r4, [r0, #24]\n\t"             \
    "str r4, [sp, #" offset "]\n\t"

/* Four places; the columns are reloaded behind it, so r0 is free. */
#define TCM_DSP_COMPACT_FLOOR_4(shift)                            \
    "ldm r1!, {r10, r11, r12}\n\t"                                \
    "ldr r0, [sp, #28]\n\t"                                       \
    "uxtab lr, r0, r12, ror #16\n\t"                              \
    TCM_DSP_SHIFT_4("lsl", "r2", "r3", "r4", "r5", "r12")         \
    TCM_DSP_FLOOR_4("r2", "r3", "r4", "r5", "r10", "lr", shift)   \
    "uxtab lr, r0, r12, ror #24\n\t"                              \
    "lsr r12, r12, #8\n\t"                                        \
    TCM_DSP_SHIFT_4("asr", "r6", "r7", "r8", "r9", "r12")         \
    TCM_DSP_FLOOR_4("r6", "r7", "r8", "r9", "r11", "lr", shift)

#define TCM_DSP_COMPACT_ROUND(sum, multiplier, addend, shift, free) \
    TCM_DSP_ROUND_1_WITH(sum, multiplier, addend, shift, free, ", asr #1")

#define TCM_DSP_COMPACT_ROUND_FOUR(a, b, c, d, multiplier)    \
    TCM_DSP_COMPACT_ROUND(a, multiplier, "r0", "r12", "lr")   \
    TCM_DSP_COMPACT_ROUND(b, multiplier, "r0", "r12", "lr")   \
    TCM_DSP_COMPACT_ROUND(c, multiplier, "r0", "r12", "lr")   \
    TCM_DSP_COMPACT_ROUND(d, multiplier, "r0", "r12", "lr")

/* The first addend is shifted back to make the second. */
#define TCM_DSP_COMPACT_ROUND_4                              \
    TCM_DSP_SHIFT_4("lsl", "r2", "r3", "r4", "r5", "#1")     \
    TCM_DSP_SHIFT_4("asr", "r6", "r7", "r8", "r9", "#7")     \
    "ldm r1!, {r10, r11, r12}\n\t"                           \
    "ldr r0, [sp, #28]\n\t"                                  \
    "lsl r0, r0, r12\n\t"                                    \
    TCM_DSP_COMPACT_ROUND_FOUR("r2", "r3", "r4", "r5", "r10") \
    "asr r0, r0, r12\n\t"                                    \
    "lsr r12, r12, #8\n\t"                                   \
    "lsl r0, r0, r12\n\t"                                    \
    TCM_DSP_COMPACT_ROUND_FOUR("r6", "r7", "r8", "r9", "r11")

/* Four places and all filters. */
#define TCM_DSP_COMPACT_4(name, outputs)                                  \
    TCM_DSP_ROUTINE(name)                                                 \
    {                                                                     \
        __asm__ volatile(                                                 \
            TCM_DSP_START_4_WITH(TCM_DSP_SUPERPOSED_BYTES, "36", TCM_DSP_KEEP_ADDEND("28")) \
            TCM_DSP_STEPS_4(TCM_DSP_SUPERPOSED)                           \
            TCM_DSP_SUBTRACT_4                                            \
            outputs                                                       \
            TCM_DSP_STORE_4                                               \
            TCM_DSP_NEXT_4_WITH("36"));                                   \
    }

TCM_DSP_COMPACT_4(tcm_dsp_compact_10_4, TCM_DSP_COMPACT_FLOOR_4("10"))
TCM_DSP_COMPACT_4(tcm_dsp_compact_12_4, TCM_DSP_COMPACT_FLOOR_4("12"))
TCM_DSP_COMPACT_4(tcm_dsp_compact_14_4, TCM_DSP_COMPACT_FLOOR_4("14"))
TCM_DSP_COMPACT_4(tcm_dsp_compact_right_4, TCM_DSP_COMPACT_ROUND_4)

/* One place. */
#define TCM_DSP_COMPACT_FLOOR_1(shift)               \
    "ldm r1!, {r4, r5, r6}\n\t"                      \
    "ldr r7, [sp, #20]\n\t"                          \
    "sub r3, r3, r2\n\t"                             \
    "uxtab r8, r7, r6, ror #16\n\t"                  \
    "uxtab r7, r7, r6, ror #24\n\t"                  \
    "lsl r2, r2, r6\n\t"                             \
    "lsr r6, r6, #8\n\t"                             \
    "asr r3, r3, r6\n\t"                             \
    TCM_DSP_FLOOR_1("r2", "r4", "r8", shift)         \
    TCM_DSP_FLOOR_1("r3", "r5", "r7", shift)

#define TCM_DSP_COMPACT_ROUND_1                               \
    "ldm r1!, {r4, r5, r6}\n\t"                               \
    "ldr r7, [sp, #20]\n\t"                                   \
    "sub r3, r3, r2\n\t"                                      \
    "lsl r2, r2, #1\n\t"                                      \
    "asr r3, r3, #7\n\t"                                      \
    "lsl r8, r7, r6\n\t"                                      \
    TCM_DSP_COMPACT_ROUND("r2", "r4", "r8", "r6", "r10")      \
    "lsr r6, r6, #8\n\t"                                      \
    "lsl r8, r7, r6\n\t"                                      \
    TCM_DSP_COMPACT_ROUND("r3", "r5", "r8", "r6", "r10")

#define TCM_DSP_COMPACT_1(name, outputs)                                        \
    TCM_DSP_ROUTINE(name)                                                       \
    {                                                                           \
        __asm__ volatile(                                                       \
            TCM_DSP_START_1_WITH("20", "56", "28", TCM_DSP_KEEP_ADDEND("20"))   \
            TCM_DSP_STEPS_1(TCM_DSP_SUPERPOSED_1)                               \
            outputs                                                             \
            TCM_DSP_NEXT_1_WITH("28"));                                         \
    }

TCM_DSP_COMPACT_1(tcm_dsp_compact_10_1, TCM_DSP_COMPACT_FLOOR_1("10"))
TCM_DSP_COMPACT_1(tcm_dsp_compact_12_1, TCM_DSP_COMPACT_FLOOR_1("12"))
TCM_DSP_COMPACT_1(tcm_dsp_compact_14_1, TCM_DSP_COMPACT_FLOOR_1("14"))
TCM_DSP_COMPACT_1(tcm_dsp_compact_right_1, TCM_DSP_COMPACT_ROUND_1)

#endif
