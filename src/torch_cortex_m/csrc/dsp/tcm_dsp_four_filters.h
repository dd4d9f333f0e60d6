/* One place and four filters for each load of its inputs, for cores with the DSP extension; see tcm_dsp_matrix.h for
 * columns and streams.
 *
 * The routines of tcm_dsp_matrix.h load as many inputs as weights for one place. Here one step loads two pairs of
 * inputs and the weights of both for two times two filters, six loads in a row: 16 multiply-accumulates of superposed
 * weights in 18 instructions, but in 19 cycles of a Cortex-M4 instead of 22.
 *
 * For at least two pairs. */
#ifndef TCM_DSP_FOUR_FILTERS_H
#define TCM_DSP_FOUR_FILTERS_H

#include "tcm_dsp_columns.h"

/* r0 column, r1 stream of the first two filters, lr of the other two, r2 - r5 sums, r6 and r7 inputs, r8 and r9 weights
 * of the first two filters, r10 and r11 of the others, r12 weights of the first filter of two. Frame: 0 column, 4 its
 * end, 8 output, 12 end of the stream, 16 bytes of the stream for two filters, 20 entry, 24 entry of the loop. The loop
 * of eight steps is entered where as many are left as the first, incomplete turn has; a pair that
 * fills no step comes before. */
#define TCM_DSP_FOUR_FILTERS_START(step_bytes) \
    "push {r4-r11, lr}\n\t"                \
    "sub sp, sp, #28\n\t"                  \
    "ldm r0, {r0, r1, r2, r3, r4, r5}\n\t" \
    "add r6, r0, r4, lsl #2\n\t"           \
    "strd r0, r6, [sp]\n\t"                \
    "strd r2, r5, [sp, #8]\n\t"            \
    "lsr r6, r4, #1\n\t"                   \
    "sub r6, r6, #1\n\t"                   \
    "and r6, r6, #7\n\t"                   \
    "add r6, r6, #1\n\t"                   \
    "mov r7, #" step_bytes "\n\t"          \
    "adr.w r8, 3f\n\t"                     \
    "mls r7, r6, r7, r8\n\t"               \
    "orr r7, r7, #1\n\t"                   \
    "adr.w r8, 4f\n\t"                     \
    "orr r8, r8, #1\n\t"                   \
    "tst r4, #1\n\t"                       \
    "it eq\n\t"                            \
    "moveq r8, r7\n\t"                     \
    "add r4, r4, #8\n\t"                   \
    "lsl r4, r4, #2\n\t"                   \
    "strd r4, r8, [sp, #16]\n\t"           \
    "str r7, [sp, #24]\n"                  \
    "1:\n\t"                               \
    "ldr r12, [sp, #16]\n\t"               \
    "add lr, r1, r12\n\t"                  \
    "ldrd r2, r3, [r1], #8\n\t"            \
    "ldrd r4, r5, [lr], #8\n\t"            \
    "ldr r0, [sp]\n\t"                     \
    "ldr pc, [sp, #20]\n"

#define TCM_DSP_FOUR_FILTERS_STEPS(products)          \
    ".balign 4\n"                                     \
    "4:\n\t"                                          \
    "ldr r6, [r0], #4\n\t"                            \
    "ldr r8, [r1], #4\n\t"                            \
    "ldr r10, [lr], #4\n\t"                           \
    products("r6", "r8", "r2", "r3")                  \
    products("r6", "r10", "r4", "r5")                 \
    "ldr pc, [sp, #24]\n"                             \
    "2:\n\t"                                          \
    ".rept 8\n\t"                                     \
    "ldr.w r7, [r0, #4]\n\t"                          \
    "ldr.w r6, [r0], #8\n\t"                          \
    "ldr.w r9, [r1, #4]\n\t"                          \
    "ldr.w r8, [r1], #8\n\t"                          \
    "ldr.w r11, [lr, #4]\n\t"                         \
    "ldr.w r10, [lr], #8\n\t"                         \
    products("r6", "r8", "r2", "r3")                  \
    products("r6", "r10", "r4", "r5")                 \
    products("r7", "r9", "r2", "r3")                  \
    products("r7", "r11", "r4", "r5")                 \
    ".endr\n"                                         \
    "3:\n\t"                                          \
    "ldr r12, [sp, #4]\n\t"                           \
    "cmp r0, r12\n\t"                                 \
    "bne.w 2b\n\t"

#define TCM_DSP_FOUR_FILTERS_NEXT  \
    "ldr r12, [sp, #8]\n\t"        \
    "strb r2, [r12], #1\n\t"       \
    "strb r3, [r12], #1\n\t"       \
    "strb r4, [r12], #1\n\t"       \
    "strb r5, [r12], #1\n\t"       \
    "str r12, [sp, #8]\n\t"        \
    "mov r1, lr\n\t"               \
    "ldr r12, [sp, #12]\n\t"       \
    "cmp r1, r12\n\t"              \
    "bne.w 1b\n\t"                 \
    "add sp, sp, #28\n\t"          \
    "pop {r4-r11, pc}"

/* Sums to outputs; multiplier, addend and shift of both filters are in r6 - r11. */
#define TCM_DSP_FLOOR_2(a, b, shift)            \
    TCM_DSP_FLOOR_1(a, "r6", "r7", shift)       \
    TCM_DSP_FLOOR_1(b, "r9", "r10", shift)

#define TCM_DSP_ROUND_2(a, b, free)             \
    TCM_DSP_ROUND_1(a, "r6", "r7", "r8", free)  \
    TCM_DSP_ROUND_1(b, "r9", "r10", "r11", free)

#define TCM_DSP_SUPERPOSED_FLOOR_2(a, b, shift)  \
    "sub " b ", " b ", " a "\n\t"                \
    "lsl " a ", " a ", r8\n\t"                   \
    "asr " b ", " b ", r11\n\t"                  \
    TCM_DSP_FLOOR_2(a, b, shift)

#define TCM_DSP_SEPARATE_FLOOR_2(a, b, shift)    \
    "rsb r11, r11, #8\n\t"                       \
    "lsl " a ", " a ", r8\n\t"                   \
    "lsl " b ", " b ", r11\n\t"                  \
    TCM_DSP_FLOOR_2(a, b, shift)

#define TCM_DSP_SUPERPOSED_ROUND_2(a, b, free)   \
    "sub " b ", " b ", " a "\n\t"                \
    "lsl " a ", " a ", #1\n\t"                   \
    "asr " b ", " b ", #7\n\t"                   \
    TCM_DSP_ROUND_2(a, b, free)

#define TCM_DSP_SEPARATE_ROUND_2(a, b, free)     \
    "lsl " a ", " a ", #1\n\t"                   \
    "lsl " b ", " b ", #1\n\t"                   \
    TCM_DSP_ROUND_2(a, b, free)

/* One place and all filters, a multiple of four. */
#define TCM_DSP_FOUR_FILTERS(name, step_bytes, products, finish, argument)  \
    TCM_DSP_ROUTINE(name)                                                   \
    {                                                                       \
        __asm__ volatile(                                                   \
            TCM_DSP_FOUR_FILTERS_START(step_bytes)                          \
            TCM_DSP_FOUR_FILTERS_STEPS(products)                            \
            "ldm r1!, {r6-r11}\n\t"                                         \
            finish("r2", "r3", argument)                                    \
            "ldm lr!, {r6-r11}\n\t"                                         \
            finish("r4", "r5", argument)                                    \
            TCM_DSP_FOUR_FILTERS_NEXT);                                     \
    }

#define TCM_DSP_SUPERPOSED_FOUR_FILTERS(name, finish, argument) \
    TCM_DSP_FOUR_FILTERS(name, "72", TCM_DSP_TWO_SUPERPOSED, finish, argument)
#define TCM_DSP_SEPARATE_FOUR_FILTERS(name, finish, argument) \
    TCM_DSP_FOUR_FILTERS(name, "88", TCM_DSP_TWO_SEPARATE, finish, argument)

TCM_DSP_SUPERPOSED_FOUR_FILTERS(tcm_dsp_four_superposed_10, TCM_DSP_SUPERPOSED_FLOOR_2, "10")
TCM_DSP_SUPERPOSED_FOUR_FILTERS(tcm_dsp_four_superposed_12, TCM_DSP_SUPERPOSED_FLOOR_2, "12")
TCM_DSP_SUPERPOSED_FOUR_FILTERS(tcm_dsp_four_superposed_14, TCM_DSP_SUPERPOSED_FLOOR_2, "14")
TCM_DSP_SUPERPOSED_FOUR_FILTERS(tcm_dsp_four_superposed_right, TCM_DSP_SUPERPOSED_ROUND_2, "r12")
TCM_DSP_SEPARATE_FOUR_FILTERS(tcm_dsp_four_separate_10, TCM_DSP_SEPARATE_FLOOR_2, "10")
TCM_DSP_SEPARATE_FOUR_FILTERS(tcm_dsp_four_separate_12, TCM_DSP_SEPARATE_FLOOR_2, "12")
TCM_DSP_SEPARATE_FOUR_FILTERS(tcm_dsp_four_separate_14, TCM_DSP_SEPARATE_FLOOR_2, "14")
TCM_DSP_SEPARATE_FOUR_FILTERS(tcm_dsp_four_separate_right, TCM_DSP_SEPARATE_ROUND_2, "r12")

/* Calls the routine that makes outputs. */
TCM_KERNEL void tcm_dsp_four_filters(const tcm_dsp_product *product, const tcm_dsp_layer *layer)
{
    const int32_t is_superposed = layer->form == TCM_DSP_FORM_SUPERPOSED;
    if (layer->way == TCM_REQUANTIZE_RIGHT) {
        is_superposed ? tcm_dsp_four_superposed_right(product) : tcm_dsp_four_separate_right(product);
    } else if (layer->common_shift == 10) {
        is_superposed ? tcm_dsp_four_superposed_10(product) : tcm_dsp_four_separate_10(product);
    } else if (layer->common_shift == 12) {
        is_superposed ? tcm_dsp_four_superposed_12(product) : tcm_dsp_four_separate_12(product);
    } else {
        is_superposed ? tcm_dsp_four_superposed_14(product) : tcm_dsp_four_separate_14(product);
    }
}

/* All filters of a layer with outputs of every value on the column of one place. */
TCM_KERNEL void tcm_dsp_multiply_four_filters(const int32_t *column, const int32_t *stream, int8_t *output,
                                              const tcm_dsp_layer *layer)
{
    const int32_t whole = layer->filters / 4 * 4;
    const tcm_dsp_product product = {
        .columns = column,
        .stream = stream,
        .output = output,
        .output_stride = 0,
        .pairs = layer->pairs,
        .stream_end = stream + whole / 2 * tcm_dsp_stream_words(layer),
    };
    tcm_dsp_four_filters(&product, layer);
    if (whole < layer->filters) {
        tcm_dsp_layer rest = *layer;
        rest.filters = layer->filters - whole;
        tcm_dsp_multiply(column, product.stream_end, output + whole, &rest, 1);
    }
}

#endif
