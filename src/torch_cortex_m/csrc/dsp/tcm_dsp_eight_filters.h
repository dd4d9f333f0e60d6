/* One place and eight filters at a time on inputs that stay bytes, for cores with the DSP extension; see
 * tcm_dsp_matrix.h for superposed weights.
 *
 * Eight sums are what 14 registers have room for beside two pointers, the two pairs of four inputs and two weights. So
 * four bytes are unpacked once for 32 multiply-accumulates, of which that is 3 of 32 instructions, and no column takes
 * memory.
 *
 * The stream, for each eight filters: 8 biases; for each pair of inputs four words, of two filters each; then multiplier,
 * addend and shift of each. Filters that are left, fewer than eight, follow as in tcm_dsp_matrix.h.
 *
 * For runs of whole words. */
#ifndef TCM_DSP_EIGHT_FILTERS_H
#define TCM_DSP_EIGHT_FILTERS_H

#include "tcm_dsp_bytes.h"

/* r0 inputs, r1 stream, r2 - r9 sums, r10 and r11 pairs of inputs, r12 and lr weights. Frame: 0 inputs, 4 their end, 8
 * output, 12 end of the stream, 16 entry. A turn has half of TCM_DSP_TURN steps, of four inputs each; it is entered
 * where as many steps are left as the first, incomplete turn has. */
#define TCM_DSP_START_EIGHT(frame_bytes, keep)   \
    "push {r4-r11, lr}\n\t"                      \
    "sub sp, sp, #" frame_bytes "\n\t"           \
    keep                                         \
    "ldm r0, {r0, r1, r2, r3, r4, r5}\n\t"       \
    "add r6, r0, r4, lsl #1\n\t"                 \
    "strd r0, r6, [sp]\n\t"                      \
    "strd r2, r5, [sp, #8]\n\t"                  \
    "lsr r4, r4, #1\n\t"                         \
    "sub r4, r4, #1\n\t"                         \
    "and r4, r4, #" TCM_DSP_TURN "/2-1\n\t"      \
    "mov r7, #" TCM_DSP_EIGHT_STEP_BYTES "\n\t"  \
    "adr.w r8, 3f\n\t"                           \
    "mls r7, r4, r7, r8\n\t"                     \
    "orr r7, r7, #1\n\t"                         \
    "str r7, [sp, #16]\n"                        \
    "1:\n\t"                                     \
    "ldm r1!, {r2-r9}\n\t"                       \
    "ldr r0, [sp]\n\t"                           \
    "ldr pc, [sp, #16]\n"

/* Four inputs at any address as two pairs, and the weights of four filters, which are loaded between. */
#if defined(__ARM_FEATURE_UNALIGNED)
#define TCM_DSP_EIGHT_STEP_BYTES "128"
#define TCM_DSP_FOUR_INPUTS(weights)    \
    "ldr.w r11, [r0], #4\n\t"           \
    weights                             \
    "sxtb16 r10, r11\n\t"               \
    "sxtb16 r11, r11, ror #8\n\t"
#else
#define TCM_DSP_EIGHT_STEP_BYTES "140"
#define TCM_DSP_FOUR_INPUTS(weights)    \
    "ldrsb.w r10, [r0, #2]\n\t"         \
    "ldrsb.w r11, [r0, #3]\n\t"         \
    "ldrsb.w r12, [r0, #1]\n\t"         \
    "ldrsb lr, [r0], #4\n\t"            \
    "pkhbt r11, r12, r11, lsl #16\n\t"  \
    "pkhbt r10, lr, r10, lsl #16\n\t"   \
    weights
#endif

/* Two words behind another load, and three. */
#if TCM_DSP_LOADS_OVERLAP
#define TCM_DSP_TWO_WORDS               \
    "ldr.w lr, [r1, #4]\n\t"            \
    "ldr.w r12, [r1], #8\n\t"
#define TCM_DSP_THREE_WORDS             \
    "ldm.w r1!, {r10, r12, lr}\n\t"
#else
#define TCM_DSP_TWO_WORDS               \
    "ldrd r12, lr, [r1], #8\n\t"
#define TCM_DSP_THREE_WORDS             \
    "ldrd r10, r12, [r1], #8\n\t"       \
    "ldr.w lr, [r1], #4\n\t"
#endif

/* Four inputs. Weights are taken apart behind the product with both, in the register that they are in. ``more`` is a
 * load beside the last weights'. */
#define TCM_DSP_STEP_EIGHT(more)               \
    TCM_DSP_FOUR_INPUTS(TCM_DSP_TWO_WORDS)     \
    "smlad r3, r10, r12, r3\n\t"               \
    "sxtb16 r12, r12\n\t"                      \
    "smlad r5, r10, lr, r5\n\t"                \
    "sxtb16 lr, lr\n\t"                        \
    "smlad r2, r10, r12, r2\n\t"               \
    "smlad r4, r10, lr, r4\n\t"                \
    "ldrd r12, lr, [r1], #8\n\t"               \
    "smlad r7, r10, r12, r7\n\t"               \
    "sxtb16 r12, r12\n\t"                      \
    "smlad r9, r10, lr, r9\n\t"                \
    "sxtb16 lr, lr\n\t"                        \
    "smlad r6, r10, r12, r6\n\t"               \
    "smlad r8, r10, lr, r8\n\t"                \
    TCM_DSP_THREE_WORDS                        \
    "smlad r3, r11, r10, r3\n\t"               \
    "sxtb16 r10, r10\n\t"                      \
    "smlad r5, r11, r12, r5\n\t"               \
    "sxtb16 r12, r12\n\t"                      \
    "smlad r7, r11, lr, r7\n\t"                \
    "sxtb16 lr, lr\n\t"                        \
    "smlad r2, r11, r10, r2\n\t"               \
    "smlad r4, r11, r12, r4\n\t"               \
    "ldr.w r10, [r1], #4\n\t"                  \
    more                                       \
    "smlad r6, r11, lr, r6\n\t"                \
    "smlad r9, r11, r10, r9\n\t"               \
    "sxtb16 r10, r10\n\t"                      \
    "smlad r8, r11, r10, r8\n\t"

/* The last step of a turn loads the inputs' end. */
#define TCM_DSP_STEPS_EIGHT                    \
    "2:\n\t"                                   \
    ".rept " TCM_DSP_TURN "/2-1\n\t"           \
    TCM_DSP_STEP_EIGHT("")                     \
    ".endr\n"                                  \
    "3:\n\t"                                   \
    TCM_DSP_STEP_EIGHT("ldr.w r12, [sp, #4]\n\t") \
    "cmp r0, r12\n\t"                          \
    "bne.w 2b\n\t"                             \
    "sub r3, r3, r2\n\t"                       \
    "sub r5, r5, r4\n\t"                       \
    "sub r7, r7, r6\n\t"                       \
    "sub r9, r9, r8\n\t"                       \
    "ldr r0, [sp, #8]\n\t"

/* The output of one filter; operation and amount scale its sum. */
#define TCM_DSP_FLOOR_EIGHT(operation, sum, shift)   \
    "ldm r1!, {r10, r11, r12}\n\t"                   \
    operation " " sum ", " sum ", r12\n\t"           \
    TCM_DSP_FLOOR_1(sum, "r10", "r11", shift)        \
    "strb " sum ", [r0], #1\n\t"

#define TCM_DSP_ROUND_EIGHT(operation, sum, amount)  \
    "ldm r1!, {r10, r11, r12}\n\t"                   \
    operation " " sum ", " sum ", #" amount "\n\t"   \
    TCM_DSP_ROUND_1(sum, "r10", "r11", "r12", "lr")  \
    "strb " sum ", [r0], #1\n\t"

#define TCM_DSP_OUTPUTS_EIGHT(finish, low, high) \
    finish("lsl", "r2", low)                     \
    finish("asr", "r3", high)                    \
    finish("lsl", "r4", low)                     \
    finish("asr", "r5", high)                    \
    finish("lsl", "r6", low)                     \
    finish("asr", "r7", high)                    \
    finish("lsl", "r8", low)                     \
    finish("asr", "r9", high)

#define TCM_DSP_NEXT_EIGHT(frame_bytes)          \
    "str r0, [sp, #8]\n\t"                       \
    "ldr r12, [sp, #12]\n\t"                     \
    "cmp r1, r12\n\t"                            \
    "bne.w 1b\n\t"                               \
    "add sp, sp, #" frame_bytes "\n\t"           \
    "pop {r4-r11, pc}"

/* One place and all filters, a multiple of eight. */
#define TCM_DSP_EIGHT_FILTERS(name, finish, low, high)  \
    TCM_DSP_ROUTINE(name)                               \
    {                                                   \
        __asm__ volatile(                               \
            TCM_DSP_START_EIGHT("20", "")               \
            TCM_DSP_STEPS_EIGHT                         \
            TCM_DSP_OUTPUTS_EIGHT(finish, low, high)    \
            TCM_DSP_NEXT_EIGHT("20"));                  \
    }

TCM_DSP_EIGHT_FILTERS(tcm_dsp_eight_filters_10, TCM_DSP_FLOOR_EIGHT, "10", "10")
TCM_DSP_EIGHT_FILTERS(tcm_dsp_eight_filters_12, TCM_DSP_FLOOR_EIGHT, "12", "12")
TCM_DSP_EIGHT_FILTERS(tcm_dsp_eight_filters_14, TCM_DSP_FLOOR_EIGHT, "14", "14")
TCM_DSP_EIGHT_FILTERS(tcm_dsp_eight_filters_right, TCM_DSP_ROUND_EIGHT, "1", "7")

/* Calls the routine that makes outputs. */
TCM_KERNEL void tcm_dsp_eight_filters(const tcm_dsp_product *product, const tcm_dsp_layer *layer)
{
    if (layer->way == TCM_REQUANTIZE_RIGHT) {
        tcm_dsp_eight_filters_right(product);
    } else if (layer->common_shift == 10) {
        tcm_dsp_eight_filters_10(product);
    } else if (layer->common_shift == 12) {
        tcm_dsp_eight_filters_12(product);
    } else {
        tcm_dsp_eight_filters_14(product);
    }
}

/* All filters of a layer with superposed weights and outputs of every value, at least eight, on one run of inputs. */
TCM_KERNEL void tcm_dsp_multiply_eight_filters(const int8_t *input, int32_t length, const int32_t *stream,
                                               int8_t *output, const tcm_dsp_layer *layer)
{
    const int32_t whole = layer->filters / 8 * 8;
    const tcm_dsp_product product = {
        .columns = input,
        .stream = stream,
        .output = output,
        .output_stride = 0,
        .pairs = layer->pairs,
        .stream_end = stream + whole / 2 * tcm_dsp_stream_words(layer),
    };
    tcm_dsp_eight_filters(&product, layer);
    if (whole < layer->filters) {
        tcm_dsp_layer rest = *layer;
        rest.filters = layer->filters - whole;
        tcm_dsp_multiply_bytes(input, length, product.stream_end, output + whole, &rest);
    }
}

#endif
