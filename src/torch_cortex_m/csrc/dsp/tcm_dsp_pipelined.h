/* The steps of the long loops for a core that issues a load beside a product (Cortex-M7): what a step begins with is
 * loaded in the step before.
 *
 * A step is the products of one pair of inputs, of four places and two filters: 14 instructions in 8 to 9 cycles of an
 * M7, where eight products take 8. With its loads in front of its products it has fewer instructions, but 11 to 13
 * cycles. The last step of a turn loads nothing ahead, so that nothing behind the inputs and weights is read.
 *
 * r0 inputs, r1 weights, r2 - r5 sums of the first filter, r6 - r9 of the second, r10 and r11 inputs, lr weights of the
 * first filter, r12 of the second. */
#ifndef TCM_DSP_PIPELINED_H
#define TCM_DSP_PIPELINED_H

#include "tcm_dsp.h"

/* Sums begin as those of the first place. */
#define TCM_DSP_PIPELINED_SUMS    \
    "mov r3, r2\n\t"              \
    "mov r4, r2\n\t"              \
    "mov r5, r2\n\t"              \
    "mov r7, r6\n\t"              \
    "mov r8, r6\n\t"              \
    "mov r9, r6\n\t"

/* Inputs of the second and the third place, ``ahead`` bytes from r0. */
#define TCM_DSP_SECOND_INPUT(ahead) "ldr.w r11, [r0, #" ahead "+4]\n\t"
#define TCM_DSP_THIRD_INPUT(ahead) "ldr.w r10, [r0, #" ahead "+8]\n\t"

/* One pair of inputs. The input of the first place is loaded by ``first_input``; ``load`` is what r11 is needed for
 * behind it, and ``rest`` the last product and what is loaded ahead. */
#define TCM_DSP_PIPELINED_STEP(first_input, load, rest)  \
    "smlad r7, r11, r12, r7\n\t"                         \
    "smlad r8, r10, r12, r8\n\t"                         \
    "smlad r3, r11, lr, r3\n\t"                          \
    "ldr.w r11, [r0, #12]\n\t"                           \
    "smlad r4, r10, lr, r4\n\t"                          \
    "smlad r9, r11, r12, r9\n\t"                         \
    first_input                                          \
    "smlad r5, r11, lr, r5\n\t"                          \
    load                                                 \
    "smlad r6, r10, r12, r6\n\t"                         \
    rest

#define TCM_DSP_PIPELINED_LAST_PRODUCT "smlad r2, r10, lr, r2\n\t"

/* All steps. weights(between): loads weights of the second filter, then, behind ``between``, of the first. A step loads
 * the input of the first place by ``first_input``, those of the next one ``ahead`` bytes from r0, and ends with
 * ``advance``.
 *
 * The loop of TCM_DSP_TURN steps is entered by the address at ``entry`` of the frame, which is that of its last step
 * less as many as are left before one that ends a turn; ``again`` branches until r0 is what is at ``end``. */
#define TCM_DSP_PIPELINED_STEPS(weights, first_input, ahead, advance, entry, end, again)                              \
    weights(TCM_DSP_SECOND_INPUT("0") TCM_DSP_THIRD_INPUT("0"))                                                       \
    "ldr pc, [sp, #" entry "]\n"                                                                                      \
    "2:\n\t"                                                                                                          \
    weights(TCM_DSP_SECOND_INPUT("0") TCM_DSP_THIRD_INPUT("0"))                                                       \
    ".rept " TCM_DSP_TURN "-1\n\t"                                                                                    \
    TCM_DSP_PIPELINED_STEP(first_input, TCM_DSP_SECOND_INPUT(ahead),                                                  \
                           weights(TCM_DSP_PIPELINED_LAST_PRODUCT TCM_DSP_THIRD_INPUT(ahead)) advance)                \
    ".endr\n"                                                                                                         \
    "3:\n\t"                                                                                                          \
    TCM_DSP_PIPELINED_STEP(first_input, "ldr.w r11, [sp, #" end "]\n\t", TCM_DSP_PIPELINED_LAST_PRODUCT advance)      \
    "cmp r0, r11\n\t"                                                                                                 \
    again " 2b\n\t"

/* Weights of 16 bits, words of the first and the second filter in turn. */
#define TCM_DSP_PIPELINED_WORDS(between)  \
    "ldr.w r12, [r1, #4]\n\t"             \
    between                               \
    "ldr.w lr, [r1], #8\n\t"

#endif
