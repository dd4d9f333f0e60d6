/* Matrix products with weights of 16 bits, for cores with the DSP extension; see tcm_dsp_matrix.h for columns.
 *
 * For layers with few weights. A weight is stored times the power of two by which its filter's accumulator is to be
 * scaled (see TCM_REQUANTIZE_RIGHT and TCM_REQUANTIZE_NON_NEGATIVE), so that nothing is taken apart or shifted before
 * requantization. One pair is 16 multiply-accumulates in 11 instructions.
 *
 * The stream, for each two filters: 2 biases, times that power of two; ``pairs`` times two words, one of each filter;
 * then multiplier, addend and, for TCM_REQUANTIZE_RIGHT, shift of both. */
#ifndef TCM_DSP_WIDE_H
#define TCM_DSP_WIDE_H

#include "tcm_dsp_matrix.h"

/* Words of the stream for two filters. */
TCM_KERNEL int32_t tcm_dsp_wide_stream_words(int32_t pairs, int32_t way)
{
    return 2 * pairs + (way == TCM_REQUANTIZE_RIGHT ? 8 : 6);
}

/* Here LDRD is as fast as single loads, and shorter; it loads the inputs, too. */
#if TCM_DSP_PIPELINED
#define TCM_DSP_WIDE_BYTES "56"
#define TCM_DSP_WIDE TCM_DSP_PIPELINED_WORDS
#else
#define TCM_DSP_WIDE_BYTES "44"
#define TCM_DSP_WIDE(inputs)           \
    "ldrd lr, r12, [r1], #8\n\t"       \
    "ldrd r10, r11, [r0, #8]\n\t"
#endif

/* Four places and all filters, an even number, of a non-negative layer with this common shift. */
#define TCM_DSP_WIDE_4(name, shift)                                      \
    TCM_DSP_ROUTINE(name)                                                \
    {                                                                    \
        __asm__ volatile(                                                \
            TCM_DSP_START_4(TCM_DSP_WIDE_BYTES)                          \
            TCM_DSP_STEPS_4(TCM_DSP_WIDE)                                \
            "ldm r1!, {r10, r11, r12, lr}\n\t"                           \
            TCM_DSP_FLOOR_4("r2", "r3", "r4", "r5", "r10", "r11", shift) \
            TCM_DSP_FLOOR_4("r6", "r7", "r8", "r9", "r12", "lr", shift)  \
            TCM_DSP_STORE_4                                              \
            TCM_DSP_NEXT_4);                                             \
    }

TCM_DSP_WIDE_4(tcm_dsp_wide_10_4, "10")
TCM_DSP_WIDE_4(tcm_dsp_wide_12_4, "12")
TCM_DSP_WIDE_4(tcm_dsp_wide_14_4, "14")

/* Four places and all filters, an even number, of a layer with right shifts. */
TCM_DSP_ROUTINE(tcm_dsp_wide_right_4)
{
    __asm__ volatile(
        TCM_DSP_START_4(TCM_DSP_WIDE_BYTES)
        TCM_DSP_STEPS_4(TCM_DSP_WIDE)
        "ldm r1!, {r10, r11, r12}\n\t"
        TCM_DSP_ROUND_4("r2", "r3", "r4", "r5", "r10", "r11", "r12", "lr")
        "ldm r1!, {r10, r11, r12}\n\t"
        TCM_DSP_ROUND_4("r6", "r7", "r8", "r9", "r10", "r11", "r12", "lr")
        TCM_DSP_STORE_4
        TCM_DSP_NEXT_4);
}

/* The sums of one place and two filters. */
TCM_KERNEL void tcm_dsp_wide_sums_1(const int32_t *column, const int32_t *stream, int32_t pairs, int32_t sums[2])
{
    int32_t first = stream[0];
    int32_t second = stream[1];
    for (int32_t pair = 0; pair < pairs; pair++) {
        stream += 2;
        const int32_t inputs = *column++;
        first = tcm_smlad(inputs, stream[0], first);
        second = tcm_smlad(inputs, stream[1], second);
    }
    sums[0] = first;
    sums[1] = second;
}

#endif
