/* The routines of tcm_dsp_eight_filters.h with the numbers of a channel as in tcm_dsp_compact.h, for multiples of eight
 * filters. */
#ifndef TCM_DSP_COMPACT_EIGHT_FILTERS_H
#define TCM_DSP_COMPACT_EIGHT_FILTERS_H

#include "tcm_dsp_eight_filters.h"

/* The output of one filter; ``common`` has the layer's number. */
#define TCM_DSP_COMPACT_FLOOR_EIGHT(common, operation, sum, multiplier, shift)  \
    "uxtab lr, " common ", r12, ror #16\n\t"                                    \
    operation " " sum ", " sum ", r12\n\t"                                      \
    TCM_DSP_FLOOR_1(sum, multiplier, "lr", shift)                               \
    "strb " sum ", [r0], #1\n\t"

#define TCM_DSP_COMPACT_ROUND_EIGHT(common, operation, sum, multiplier, amount) \
    "lsl lr, " common ", r12\n\t"                                               \
    operation " " sum ", " sum ", #" amount "\n\t"                              \
    TCM_DSP_COMPACT_ROUND(sum, multiplier, "lr", "r12", "lr")                   \
    "strb " sum ", [r0], #1\n\t"

#define TCM_DSP_COMPACT_TWO_OF_EIGHT(finish, a, b, low, high) \
    "ldm r1!, {r10, r11, r12}\n\t"                            \
    finish("r2", "lsl", a, "r10", low)                        \
    "lsr r12, r12, #8\n\t"                                    \
    finish("r2", "asr", b, "r11", high)

/* The first output makes room for the layer's number. */
#define TCM_DSP_COMPACT_OUTPUTS_EIGHT(finish, low, high)       \
    "ldm r1!, {r10, r11, r12}\n\t"                             \
    "ldr lr, [sp, #20]\n\t"                                    \
    finish("lr", "lsl", "r2", "r10", low)                      \
    "ldr r2, [sp, #20]\n\t"                                    \
    "lsr r12, r12, #8\n\t"                                     \
    finish("r2", "asr", "r3", "r11", high)                     \
    TCM_DSP_COMPACT_TWO_OF_EIGHT(finish, "r4", "r5", low, high) \
    TCM_DSP_COMPACT_TWO_OF_EIGHT(finish, "r6", "r7", low, high) \
    TCM_DSP_COMPACT_TWO_OF_EIGHT(finish, "r8", "r9", low, high)

/* One place and all filters. */
#define TCM_DSP_COMPACT_EIGHT_FILTERS(name, finish, low, high)      \
    TCM_DSP_ROUTINE(name)                                           \
    {                                                               \
        __asm__ volatile(                                           \
            TCM_DSP_START_EIGHT("28", TCM_DSP_KEEP_ADDEND("20"))    \
            TCM_DSP_STEPS_EIGHT                                     \
            TCM_DSP_COMPACT_OUTPUTS_EIGHT(finish, low, high)        \
            TCM_DSP_NEXT_EIGHT("28"));                              \
    }

TCM_DSP_COMPACT_EIGHT_FILTERS(tcm_dsp_compact_eight_10, TCM_DSP_COMPACT_FLOOR_EIGHT, "10", "10")
TCM_DSP_COMPACT_EIGHT_FILTERS(tcm_dsp_compact_eight_12, TCM_DSP_COMPACT_FLOOR_EIGHT, "12", "12")
TCM_DSP_COMPACT_EIGHT_FILTERS(tcm_dsp_compact_eight_14, TCM_DSP_COMPACT_FLOOR_EIGHT, "14", "14")
TCM_DSP_COMPACT_EIGHT_FILTERS(tcm_dsp_compact_eight_right, TCM_DSP_COMPACT_ROUND_EIGHT, "1", "7")

/* All filters on one run of inputs. */
TCM_KERNEL void tcm_dsp_multiply_compact_eight_filters(const int8_t *input, const int32_t *stream, int8_t *output,
                                                       const tcm_dsp_layer *layer)
{
    const tcm_dsp_compact_product compact = tcm_dsp_compact_product_of(input, stream, output, layer);
    const tcm_dsp_product *product = &compact.product;
    if (layer->way == TCM_REQUANTIZE_RIGHT) {
        tcm_dsp_compact_eight_right(product);
    } else if (layer->common_shift == 10) {
        tcm_dsp_compact_eight_10(product);
    } else if (layer->common_shift == 12) {
        tcm_dsp_compact_eight_12(product);
    } else {
        tcm_dsp_compact_eight_14(product);
    }
}

#endif
