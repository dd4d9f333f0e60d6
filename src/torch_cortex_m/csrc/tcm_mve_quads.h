/* Dot products of four neighbouring convolution windows with the weights of two channels at a time, for MVE.
 *
 * Windows are rows of whole vectors of channels. What one window reads for a column, its neighbour reads for another:
 * with stride 1, three columns of four windows take six loads instead of twelve.
 *
 * A tile is two channels: 16 weights of both for each step, then biases, multipliers and right shifts as pairs of
 * scalars (general rounding: biases, left shifts, multipliers, masks, right shifts). Two tiles are four channels, 0 and
 * 2, then 1 and 3: that brings the bytes into order.
 *
 * Registers: r1 output, r3 window, r9 row of the window, r5 tiles, r11 remaining fours of channels, r7 inner loop. The
 * first channel's sums are in r0 r2 r4 r6, the second's in r8 r10 r12 lr. */
#ifndef TCM_MVE_QUADS_H
#define TCM_MVE_QUADS_H

#include "tcm_mve.h"

/* A weight vector with the vectors of four windows. */
#define TCM_MVE_QUAD_PRODUCTS(multiply, sum_0, sum_1, sum_2, sum_3, w, v_0, v_1, v_2, v_3)                            \
    multiply ".s8 " sum_0 ", " w ", " v_0 "\n" multiply ".s8 " sum_1 ", " w ", " v_1 "\n"                             \
    multiply ".s8 " sum_2 ", " w ", " v_2 "\n" multiply ".s8 " sum_3 ", " w ", " v_3 "\n"

#define TCM_MVE_QUAD_BOTH(multiply, v_0, v_1, v_2, v_3)                                                               \
    "vldrw.32 q4, [r5], #16\n" TCM_MVE_QUAD_PRODUCTS(multiply, "r0", "r2", "r4", "r6", "q4", v_0, v_1, v_2, v_3)      \
    "vldrw.32 q5, [r5], #16\n" TCM_MVE_QUAD_PRODUCTS(multiply, "r8", "r10", "r12", "lr", "q5", v_0, v_1, v_2, v_3)

#define TCM_MVE_QUAD_TURN(v_0, v_1, v_2, v_3)                                                                         \
    ".if tcm_begin\n" TCM_MVE_QUAD_BOTH("vmladav", v_0, v_1, v_2, v_3)                                                \
    ".else\n" TCM_MVE_QUAD_BOTH("vmladava", v_0, v_1, v_2, v_3)                                                       \
    ".endif\n"

/* One column of four windows, tcm_at the first one's place after `base`. Except for the first column, tcm_turn 0, only
 * the last window has to load: each register goes from a window to the one before it. */
#define TCM_MVE_QUAD_STEP(base)                                                                                       \
    ".if tcm_turn == 0\n"                                                                                             \
    "vldrw.32 q0, [" base ", #tcm_at]\n"                                                                              \
    "vldrw.32 q1, [" base ", #tcm_at + %c[distance]]\n"                                                               \
    "vldrw.32 q2, [" base ", #tcm_at + 2 * %c[distance]]\n"                                                           \
    ".endif\n"                                                                                                        \
    ".if tcm_turn %% 4 == 0\n"                                                                                        \
    "vldrw.32 q3, [" base ", #tcm_at + 3 * %c[distance]]\n" TCM_MVE_QUAD_TURN("q0", "q1", "q2", "q3")                 \
    ".elseif tcm_turn %% 4 == 1\n"                                                                                    \
    "vldrw.32 q0, [" base ", #tcm_at + 3 * %c[distance]]\n" TCM_MVE_QUAD_TURN("q1", "q2", "q3", "q0")                 \
    ".elseif tcm_turn %% 4 == 2\n"                                                                                    \
    "vldrw.32 q1, [" base ", #tcm_at + 3 * %c[distance]]\n" TCM_MVE_QUAD_TURN("q2", "q3", "q0", "q1")                 \
    ".else\n"                                                                                                         \
    "vldrw.32 q2, [" base ", #tcm_at + 3 * %c[distance]]\n" TCM_MVE_QUAD_TURN("q3", "q0", "q1", "q2")                 \
    ".endif\n"                                                                                                        \
    ".set tcm_begin, 0\n"

/* A row of the windows in the order of the weights: for each vector of a pixel's channels, and for each column between
 * two windows, the columns at multiples of their distance from there. */
#define TCM_MVE_QUAD_ROW(base)                                                                                        \
    ".set tcm_vector, 0\n"                                                                                            \
    ".rept %c[vectors]\n"                                                                                             \
    ".set tcm_phase, 0\n"                                                                                             \
    ".rept %c[phases]\n"                                                                                              \
    ".set tcm_turn, 0\n"                                                                                              \
    ".set tcm_at, 16 * (tcm_vector + tcm_phase * %c[vectors])\n"                                                      \
    ".rept (%c[columns] - tcm_phase + %c[phases] - 1) / %c[phases]\n" TCM_MVE_QUAD_STEP(base)                         \
    ".set tcm_turn, tcm_turn + 1\n"                                                                                   \
    ".set tcm_at, tcm_at + %c[distance]\n"                                                                            \
    ".endr\n"                                                                                                         \
    ".set tcm_phase, tcm_phase + 1\n"                                                                                 \
    ".endr\n"                                                                                                         \
    ".set tcm_vector, tcm_vector + 1\n"                                                                               \
    ".endr\n"

/* All rows of four windows from r3. Many steps are a loop over the rows, to spare flash. */
#define TCM_MVE_QUAD_STEPS                                                                                            \
    ".if %c[kernel_rows] * %c[vectors] * %c[columns] > 36\n"                                                          \
    ".set tcm_begin, 0\n"                                                                                             \
    ".irp sum, r0, r2, r4, r6, r8, r10, r12, lr\n mov \\sum, #0\n.endr\n"                                             \
    "mov r9, r3\n"                                                                                                    \
    "mov r7, %[kernel_rows]\n"                                                                                        \
    "2:\n" TCM_MVE_QUAD_ROW("r9")                                                                                     \
    "add r9, r9, %[row_step]\n"                                                                                       \
    "subs r7, r7, #1\n"                                                                                               \
    "bne 2b\n"                                                                                                        \
    ".else\n"                                                                                                         \
    ".set tcm_begin, 1\n" TCM_MVE_QUAD_ROW("r3")                                                                      \
    ".set tcm_row, 1\n"                                                                                               \
    ".rept %c[kernel_rows] - 1\n"                                                                                     \
    ".if tcm_row == 1\n add r9, r3, %[row_step]\n.else\n add r9, r9, %[row_step]\n.endif\n" TCM_MVE_QUAD_ROW("r9")    \
    ".set tcm_row, tcm_row + 1\n"                                                                                     \
    ".endr\n"                                                                                                         \
    ".endif\n"

/* The sums of a tile, lanes = windows, to the bottom (first channel) and top halves of v. */
#define TCM_MVE_QUAD_NARROW(v)                                                                                        \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                     \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                     \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                    \
    "vmov q1[3], q1[1], r10, lr\n"                                                                                    \
    "ldrd r0, r2, [r5], #8\n"                                                                                         \
    "vadd.i32 q0, q0, r0\n"                                                                                           \
    "vadd.i32 q1, q1, r2\n"                                                                                           \
    ".if %c[rounding] == 0\n"                                                                                         \
    "ldrd r4, r6, [r5], #8\n"                                                                                         \
    "vqrdmulh.s32 q2, q0, r4\n"                                                                                       \
    "vqrdmulh.s32 q3, q1, r6\n"                                                                                       \
    ".elseif %c[rounding] == 1\n"                                                                                     \
    "ldrd r4, r6, [r5], #8\n"                                                                                         \
    "vshr.s32 q2, q0, #31\n"                                                                                          \
    "vshr.s32 q3, q1, #31\n"                                                                                          \
    "vqrdmlah.s32 q2, q0, r4\n"                                                                                       \
    "vqrdmlah.s32 q3, q1, r6\n"                                                                                       \
    ".else\n"                                                                                                         \
    "ldrd r0, r2, [r5], #8\n"                                                                                         \
    "vshl.s32 q0, r0\n"                                                                                               \
    "vshl.s32 q1, r2\n"                                                                                               \
    "ldrd r4, r6, [r5], #8\n"                                                                                         \
    "ldrd r0, r2, [r5], #8\n"                                                                                         \
    "vdup.32 q4, r0\n"                                                                                                \
    "vdup.32 q5, r2\n"                                                                                                \
    "vshr.s32 q2, q0, #31\n"                                                                                          \
    "vshr.s32 q3, q1, #31\n"                                                                                          \
    "vand q2, q2, q4\n"                                                                                               \
    "vand q3, q3, q5\n"                                                                                               \
    "vqrdmlah.s32 q2, q0, r4\n"                                                                                       \
    "vqrdmlah.s32 q3, q1, r6\n"                                                                                       \
    ".endif\n"                                                                                                        \
    "ldrd r0, r2, [r5], #8\n"                                                                                         \
    "vrshl.s32 q2, r0\n"                                                                                              \
    "vrshl.s32 q3, r2\n"                                                                                              \
    ".if %c[rounding] == 2\n"                                                                                         \
    "mov r0, %[offset]\n"                                                                                             \
    "vadd.i32 q2, q2, r0\n"                                                                                           \
    "vadd.i32 q3, q3, r0\n"                                                                                           \
    ".endif\n"                                                                                                        \
    "vqmovnb.s32 " v ", q2\n"                                                                                         \
    "vqmovnt.s32 " v ", q3\n"

/* q6 and q7, 16-bit lanes of two tiles, to four bytes of four windows in q6. */
#define TCM_MVE_QUAD_CLAMP                                                                                            \
    ".if %c[rounding] != 2\n"                                                                                         \
    "mov r0, %[offset]\n"                                                                                             \
    "vqadd.s16 q6, q6, r0\n"                                                                                          \
    "vqadd.s16 q7, q7, r0\n"                                                                                          \
    ".endif\n"                                                                                                        \
    "vqmovnb.s16 q6, q6\n"                                                                                            \
    "vqmovnt.s16 q6, q7\n"                                                                                            \
    ".if %c[clamp] & 1\n mov r0, %[low]\n vdup.8 q0, r0\n vmax.s8 q6, q6, q0\n.endif\n"                               \
    ".if %c[clamp] & 2\n mov r0, %[high]\n vdup.8 q0, r0\n vmin.s8 q6, q6, q0\n.endif\n"

/* r0 times four windows over all channels; then the number is on the stack. */
#define TCM_MVE_QUADS                                                                                                 \
    "push {r0, r5, r7}\n"                                                                                             \
    "3:\n"                                                                                                            \
    "movw r11, #%c[channels] / 4\n"                                                                                   \
    "1:\n" TCM_MVE_QUAD_STEPS TCM_MVE_QUAD_NARROW("q6")                                                               \
    TCM_MVE_QUAD_STEPS TCM_MVE_QUAD_NARROW("q7") TCM_MVE_QUAD_CLAMP                                                   \
    "vmov r0, r2, q6[2], q6[0]\n"                                                                                     \
    "vmov r4, r6, q6[3], q6[1]\n"                                                                                     \
    "str r4, [r1, %[channels]]\n"                                                                                     \
    "str r2, [r1, #2 * %c[channels]]\n"                                                                               \
    "str r6, [r1, #3 * %c[channels]]\n"                                                                               \
    "str r0, [r1], #4\n"                                                                                              \
    "subs r11, r11, #1\n"                                                                                             \
    "bne 1b\n" TCM_MVE_ADVANCE("r3", "4 * %c[distance]") TCM_MVE_ADVANCE("r1", "3 * %c[channels]")                    \
    "ldr r5, [sp, #4]\n"                                                                                              \
    "ldr r0, [sp]\n"                                                                                                  \
    "subs r0, r0, #1\n"                                                                                               \
    "str r0, [sp]\n"                                                                                                  \
    "bne 3b\n"                                                                                                        \
    "pop {r0, r5, r7}\n" TCM_MVE_ROOM

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* `quads` times four windows, the first one at `window` and each `distance` bytes after its predecessor: kernel_rows
 * rows, row_step bytes apart, of `columns` pixels of `vectors` vectors; windows are `phases` pixels apart, but at most
 * `columns`. Addresses are multiples of 4, and so is `channels`. All scalars but `quads` are literals. */
TCM_KERNEL void tcm_mve_window_quads(const int8_t *window, const int8_t *tiles, int8_t *output, int32_t quads,
                                     int32_t channels, int32_t kernel_rows, int32_t row_step, int32_t columns,
                                     int32_t vectors, int32_t phases, int32_t distance, int32_t rounding,
                                     int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    register int32_t r0 __asm__("r0") = quads;
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = window;
    register const int8_t *r5 __asm__("r5") = tiles;
    __asm__ volatile(TCM_MVE_QUADS
                     : "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r5)
                     : TCM_MVE_REQUANTIZE_OPERANDS, [channels] "i"(channels), [kernel_rows] "i"(kernel_rows),
                       [row_step] "i"(row_step), [columns] "i"(columns), [vectors] "i"(vectors), [phases] "i"(phases),
                       [distance] "i"(distance)
                     : "r9", "r11", TCM_MVE_CLOBBERS_BUT_R0);
}

#pragma GCC diagnostic pop

#endif
