/* Dot products of four neighbouring convolution windows with the weights of two channels at a time, for MVE.
 *
 * Windows are rows of whole vectors of channels. What one window reads for a column, its neighbour reads for another:
 * with stride 1, three columns of four windows take six loads instead of twelve.
 *
 * Products are the bottleneck: one takes two cycles, in the second of which another unit may start. There the loads go,
 * and the instructions that requantize and store the tile before.
 *
 * A tile is two channels: 16 weights of both for each step, then their parameters, pairs of int32: biases, (general
 * rounding: left shifts, masks,) multipliers, right shifts. The last tile's parameters also precede the first tile.
 * There may be gaps between the rows of weights, and the parameters elsewhere: see conv2d_s8__quads_mve.h.
 *
 * Registers: r1 output of the tile before, r3 window, r9 row of the window, r5 tiles; r7 and r11 are spare. The first
 * channel's sums are in r0 r2 r4 r6, then in q6; the second one's in r8 r10 r12 lr, then in q7. On the stack: the
 * number of tiles, what comes after the next store of r1, the number of quads, the first tile, then r7 and r9 as they
 * were. */
#ifndef TCM_MVE_QUADS_H
#define TCM_MVE_QUADS_H

#include "tcm_mve.h"

/* The sums of a tile to vectors. */
#define TCM_MVE_QUAD_SUMS_0 "vmov q6[2], q6[0], r0, r4\n"
#define TCM_MVE_QUAD_SUMS_1 "vmov q6[3], q6[1], r2, r6\n"
#define TCM_MVE_QUAD_SUMS_2 "vmov q7[2], q7[0], r8, r12\n"
#define TCM_MVE_QUAD_SUMS_3 "vmov q7[3], q7[1], r10, lr\n"

/* An instruction for the gap whose number, from 1 on, is its own. */
#define TCM_MVE_ITEM(instruction)                                                                                     \
    ".set tcm_item, tcm_item + 1\n"                                                                                   \
    ".if tcm_item == tcm_gaps\n" instruction "\n.endif\n"

#define TCM_MVE_PARAMETERS(n) TCM_MVE_ITEM("ldrd r7, r11, [r5, #tcm_parameters + 8 * " #n "]")

/* q6 and q7, the sums of four windows, to the lowest bytes of q6. An offset of -128 (tcm_is_unsigned) is the same as
 * limiting to uint8 and changing the sign bit, with the bits in q5. */
#define TCM_MVE_QUAD_REQUANTIZE                                                                                       \
    TCM_MVE_PARAMETERS(0)                                                                                             \
    TCM_MVE_ITEM("vadd.i32 q6, q6, r7")                                                                               \
    TCM_MVE_ITEM("vadd.i32 q7, q7, r11")                                                                              \
    ".if %c[rounding] == 2\n"                                                                                         \
    TCM_MVE_PARAMETERS(1)                                                                                             \
    TCM_MVE_ITEM("vshl.s32 q6, r7")                                                                                   \
    TCM_MVE_ITEM("vshl.s32 q7, r11")                                                                                  \
    TCM_MVE_PARAMETERS(2)                                                                                             \
    TCM_MVE_ITEM("vshr.s32 q5, q6, #31")                                                                              \
    TCM_MVE_ITEM("vmul.i32 q5, q5, r7")                                                                               \
    TCM_MVE_PARAMETERS(3)                                                                                             \
    TCM_MVE_ITEM("vqrdmulh.s32 q6, q6, r7")                                                                           \
    TCM_MVE_ITEM("vsub.i32 q6, q6, q5")                                                                               \
    TCM_MVE_ITEM("vshr.s32 q5, q7, #31")                                                                              \
    TCM_MVE_PARAMETERS(2)                                                                                             \
    TCM_MVE_ITEM("vmul.i32 q5, q5, r11")                                                                              \
    TCM_MVE_PARAMETERS(3)                                                                                             \
    TCM_MVE_ITEM("vqrdmulh.s32 q7, q7, r11")                                                                          \
    TCM_MVE_ITEM("vsub.i32 q7, q7, q5")                                                                               \
    TCM_MVE_PARAMETERS(4)                                                                                             \
    ".elseif %c[rounding] == 1\n"                                                                                     \
    TCM_MVE_PARAMETERS(1)                                                                                             \
    TCM_MVE_ITEM("vshr.s32 q5, q6, #31")                                                                              \
    TCM_MVE_ITEM("vqrdmlah.s32 q5, q6, r7")                                                                           \
    TCM_MVE_ITEM("vshr.s32 q6, q7, #31")                                                                              \
    TCM_MVE_ITEM("vqrdmlah.s32 q6, q7, r11")                                                                          \
    TCM_MVE_PARAMETERS(2)                                                                                             \
    TCM_MVE_ITEM("vrshl.s32 q5, r7")                                                                                  \
    TCM_MVE_ITEM("vrshl.s32 q6, r11")                                                                                 \
    TCM_MVE_ITEM("vqmovnb.s32 q7, q6")                                                                                \
    TCM_MVE_ITEM("vqmovnb.s32 q6, q5")                                                                                \
    ".else\n"                                                                                                         \
    TCM_MVE_PARAMETERS(1)                                                                                             \
    TCM_MVE_ITEM("vqrdmulh.s32 q6, q6, r7")                                                                           \
    TCM_MVE_ITEM("vqrdmulh.s32 q7, q7, r11")                                                                          \
    TCM_MVE_PARAMETERS(2)                                                                                             \
    ".endif\n"                                                                                                        \
    ".if %c[rounding] != 1\n"                                                                                         \
    TCM_MVE_ITEM("vrshl.s32 q6, r7")                                                                                  \
    TCM_MVE_ITEM("vrshl.s32 q7, r11")                                                                                 \
    ".if %c[rounding] == 2\n"                                                                                         \
    TCM_MVE_ITEM("mov r7, %[offset]")                                                                                 \
    TCM_MVE_ITEM("vadd.i32 q6, q6, r7")                                                                               \
    TCM_MVE_ITEM("vadd.i32 q7, q7, r7")                                                                               \
    ".endif\n"                                                                                                        \
    TCM_MVE_ITEM("vqmovnb.s32 q6, q6")                                                                                \
    TCM_MVE_ITEM("vqmovnb.s32 q7, q7")                                                                                \
    ".endif\n"                                                                                                        \
    ".if tcm_is_unsigned\n"                                                                                           \
    TCM_MVE_ITEM("vqmovunb.s16 q6, q6")                                                                               \
    TCM_MVE_ITEM("vqmovunt.s16 q6, q7")                                                                               \
    TCM_MVE_ITEM("veor q6, q6, q5")                                                                                   \
    ".else\n"                                                                                                         \
    ".if %c[rounding] != 2\n"                                                                                         \
    TCM_MVE_ITEM("mov r7, %[offset]")                                                                                 \
    TCM_MVE_ITEM("vqadd.s16 q6, q6, r7")                                                                              \
    TCM_MVE_ITEM("vqadd.s16 q7, q7, r7")                                                                              \
    ".endif\n"                                                                                                        \
    TCM_MVE_ITEM("vqmovnb.s16 q6, q6")                                                                                \
    TCM_MVE_ITEM("vqmovnt.s16 q6, q7")                                                                                \
    ".endif\n"                                                                                                        \
    ".if %c[clamp] & 1\n"                                                                                             \
    TCM_MVE_ITEM("mov r7, %[low]") TCM_MVE_ITEM("vdup.8 q5, r7") TCM_MVE_ITEM("vmax.s8 q6, q6, q5")                   \
    ".endif\n"                                                                                                        \
    ".if %c[clamp] & 2\n"                                                                                             \
    TCM_MVE_ITEM("mov r7, %[high]") TCM_MVE_ITEM("vdup.8 q5, r7") TCM_MVE_ITEM("vmin.s8 q6, q6, q5")                  \
    ".endif\n"

/* Two bytes to any address after r1. */
#if defined(__ARM_FEATURE_UNALIGNED)
#define TCM_MVE_STORE_TWO_BYTES(bytes, at) TCM_MVE_ITEM("strh " bytes ", [r1, " at "]")
#else
#define TCM_MVE_STORE_TWO_BYTES(bytes, at)                                                                            \
    TCM_MVE_ITEM("strb " bytes ", [r1, " at "]")                                                                      \
    TCM_MVE_ITEM("lsr " bytes ", " bytes ", #8")                                                                      \
    TCM_MVE_ITEM("strb " bytes ", [r1, " at " + 1]")
#endif

/* Two bytes of each window to r1, and r1 to the output of the next tile; then the number of tiles that are left. */
#define TCM_MVE_QUAD_STORE                                                                                            \
    TCM_MVE_ITEM("vmov r7, r11, q6[2], q6[0]")                                                                        \
    TCM_MVE_STORE_TWO_BYTES("r7", "#0")                                                                               \
    TCM_MVE_STORE_TWO_BYTES("r11", "#2 * %c[channels]")                                                               \
    TCM_MVE_ITEM("vmov r7, r11, q6[3], q6[1]")                                                                        \
    ".set tcm_vectors_used, tcm_item\n"                                                                               \
    TCM_MVE_STORE_TWO_BYTES("r7", "#%c[channels]")                                                                    \
    TCM_MVE_STORE_TWO_BYTES("r11", "#3 * %c[channels]")                                                               \
    TCM_MVE_ITEM("ldrd r7, r11, [sp]")                                                                                \
    TCM_MVE_ITEM("add r1, r1, r11")                                                                                   \
    TCM_MVE_ITEM("mov r11, #2")                                                                                       \
    TCM_MVE_ITEM("subs r7, r7, #1")                                                                                   \
    TCM_MVE_ITEM("strd r7, r11, [sp]")

/* tcm_gap: the next instruction of these, if there is one; tcm_others: those that are left.
 * tcm_next_row: r9 to the next row of the window.
 * tcm_spare_gap: a gap after the second channel's products of a step: for r9 first, and in the last step of a tile
 * for its first sums, after all that is left to do with their vector for the tile before.
 * tcm_load_weights: the next vector of weights; after the last one of a tile, r5 goes on to the next tile.
 * tcm_load_window: the first window's vector that the next walk over columns begins with, to the register tcm_next;
 * tcm_phase, tcm_vector and tcm_row say which walk this is. */
#define TCM_MVE_QUAD_MACROS                                                                                           \
    ".macro tcm_gap\n"                                                                                                \
    ".set tcm_gaps, tcm_gaps + 1\n"                                                                                   \
    ".set tcm_item, 0\n" TCM_MVE_QUAD_REQUANTIZE TCM_MVE_QUAD_STORE ".endm\n"                                         \
    ".macro tcm_others\n"                                                                                             \
    ".rept 56\n tcm_gap\n .endr\n"                                                                                    \
    ".endm\n"                                                                                                         \
    ".macro tcm_next_row base\n"                                                                                      \
    "add r9, \\base, %[row_step]\n"                                                                                   \
    ".set tcm_row_ends, 0\n"                                                                                          \
    ".endm\n"                                                                                                         \
    ".macro tcm_spare_gap base\n"                                                                                     \
    ".if tcm_row_ends\n tcm_next_row \\base\n"                                                                        \
    ".elseif tcm_weights_left != 0\n tcm_gap\n"                                                                       \
    ".elseif tcm_moves == 0\n"                                                                                        \
    ".rept 56\n .if tcm_gaps < tcm_vectors_used\n tcm_gap\n .endif\n .endr\n" TCM_MVE_QUAD_SUMS_0                     \
    ".elseif tcm_moves == 1\n" TCM_MVE_QUAD_SUMS_1                                                                    \
    ".else\n tcm_gap\n .endif\n"                                                                                      \
    ".if tcm_weights_left == 0\n .set tcm_moves, tcm_moves + 1\n .endif\n"                                            \
    ".endm\n"                                                                                                         \
    ".macro tcm_load_weights\n"                                                                                       \
    ".set tcm_weights_left, tcm_weights_left - 1\n"                                                                   \
    ".if tcm_weights_left == 0\n"                                                                                     \
    "vldrw.32 q4, [r5], #16 + %c[tile_gap]\n"                                                                         \
    ".set tcm_parameters, tcm_parameters - 16 - %c[tile_gap]\n"                                                       \
    ".elseif tcm_weights_left %% (2 * %c[vectors] * %c[columns]) == 0\n"                                              \
    "vldrw.32 q4, [r5], #16 + %c[row_gap]\n"                                                                          \
    ".set tcm_parameters, tcm_parameters - 16 - %c[row_gap]\n"                                                        \
    ".else\n"                                                                                                         \
    "vldrw.32 q4, [r5], #16\n"                                                                                        \
    ".set tcm_parameters, tcm_parameters - 16\n"                                                                      \
    ".endif\n"                                                                                                        \
    ".endm\n"                                                                                                         \
    ".macro tcm_load values, base, at\n" TCM_MVE_WINDOW_LOAD("\\values", "\\base", "\\at") ".endm\n"                  \
    ".macro tcm_load_next base, at\n"                                                                                 \
    ".if tcm_next == 0\n tcm_load q0, \\base, \"\\at\"\n"                                                             \
    ".elseif tcm_next == 1\n tcm_load q1, \\base, \"\\at\"\n"                                                         \
    ".elseif tcm_next == 2\n tcm_load q2, \\base, \"\\at\"\n"                                                         \
    ".elseif tcm_next == 3\n tcm_load q3, \\base, \"\\at\"\n"                                                         \
    ".endif\n"                                                                                                        \
    ".endm\n"                                                                                                         \
    ".macro tcm_load_window base\n"                                                                                   \
    ".if tcm_phase + 1 < %c[phases]\n"                                                                                \
    "tcm_load_next \\base, \"16 * (tcm_vector + (tcm_phase + 1) * %c[vectors])\"\n"                                   \
    ".elseif tcm_vector + 1 < %c[vectors]\n"                                                                          \
    "tcm_load_next \\base, \"16 * (tcm_vector + 1)\"\n"                                                               \
    ".elseif tcm_row + 1 < %c[kernel_rows]\n"                                                                         \
    ".if tcm_row_ends\n tcm_next_row \\base\n .endif\n"                                                               \
    "tcm_load_next r9, 0\n"                                                                                           \
    ".elseif !tcm_is_loop\n"                                                                                          \
    "tcm_load_next r3, 0\n"                                                                                           \
    ".endif\n"                                                                                                        \
    ".endm\n" TCM_MVE_QUAD_STEP_MACROS

/* tcm_multiply: a product; the first ones of a tile replace the sums.
 * tcm_after_last_use: what follows a window's last product in a step: its register can be loaded for the next walk.
 * tcm_step: one column of four windows, tcm_at the first one's place after `base`. v_0 to v_3 are their registers. In
 * the first step of a walk, tcm_turn 0, v_0 (the register tcm_first) has been loaded; later only the last window has to
 * load: each register goes from a window to the one before it. In the first step of a tile the last sums of the tile
 * before become a vector. */
#define TCM_MVE_QUAD_STEP_MACROS                                                                                      \
    ".macro tcm_multiply sum, values\n"                                                                               \
    ".if tcm_begin\n vmladav.s8 \\sum, q4, \\values\n.else\n vmladava.s8 \\sum, q4, \\values\n.endif\n"               \
    ".endm\n"                                                                                                         \
    ".macro tcm_after_last_use window, base\n"                                                                        \
    ".if tcm_turn + 1 == tcm_turns && (tcm_first + tcm_turn + \\window) %% 4 == tcm_next\n"                           \
    "tcm_load_window \\base\n"                                                                                        \
    ".elseif \\window < 3\n tcm_spare_gap \\base\n"                                                                   \
    ".endif\n"                                                                                                        \
    ".endm\n"                                                                                                         \
    ".macro tcm_step base, v_0, v_1, v_2, v_3\n"                                                                      \
    "tcm_load_weights\n"                                                                                              \
    "tcm_multiply r0, \\v_0\n"                                                                                        \
    ".if tcm_turn == 0\n tcm_load \\v_1, \\base, \"tcm_at + %c[distance]\"\n.else\n tcm_gap\n .endif\n"               \
    ".if tcm_begin\n" TCM_MVE_QUAD_SUMS_2 ".endif\n"                                                                  \
    "tcm_multiply r2, \\v_1\n"                                                                                        \
    ".if tcm_turn == 0\n tcm_load \\v_2, \\base, \"tcm_at + 2 * %c[distance]\"\n.else\n tcm_gap\n .endif\n"           \
    ".if tcm_begin\n" TCM_MVE_QUAD_SUMS_3 ".endif\n"                                                                  \
    "tcm_multiply r4, \\v_2\n"                                                                                        \
    "tcm_load \\v_3, \\base, \"tcm_at + 3 * %c[distance]\"\n"                                                         \
    "tcm_multiply r6, \\v_3\n"                                                                                        \
    "tcm_load_weights\n"                                                                                              \
    ".set tcm_row_ends, tcm_turn + 1 == tcm_turns && tcm_phase + 1 == %c[phases] && "                                 \
    "tcm_vector + 1 == %c[vectors] && tcm_row + 1 < %c[kernel_rows]\n"                                                \
    "tcm_multiply r8, \\v_0\n tcm_after_last_use 0, \\base\n"                                                         \
    "tcm_multiply r10, \\v_1\n tcm_after_last_use 1, \\base\n"                                                        \
    "tcm_multiply r12, \\v_2\n tcm_after_last_use 2, \\base\n"                                                        \
    "tcm_multiply lr, \\v_3\n tcm_after_last_use 3, \\base\n"                                                         \
    ".set tcm_begin, 0\n"                                                                                             \
    ".set tcm_turn, tcm_turn + 1\n"                                                                                   \
    ".set tcm_at, tcm_at + %c[distance]\n"                                                                            \
    ".endm\n"                                                                                                         \
    ".macro tcm_row_of_steps base\n" TCM_MVE_QUAD_ROW ".endm\n"

/* A row of the windows in the order of the weights: for each vector of a pixel's channels, and for each column between
 * two windows, the columns at multiples of their distance from there. A walk begins with the register that the third
 * window of the walk before had last, which then is loaded two products before the next weights. A tile begins with q0,
 * and loads it for the next one. */
#define TCM_MVE_QUAD_ROW                                                                                              \
    ".set tcm_vector, 0\n"                                                                                            \
    ".rept %c[vectors]\n"                                                                                             \
    ".set tcm_phase, 0\n"                                                                                             \
    ".rept %c[phases]\n"                                                                                              \
    ".set tcm_turn, 0\n"                                                                                              \
    ".set tcm_turns, (%c[columns] - tcm_phase + %c[phases] - 1) / %c[phases]\n"                                       \
    ".set tcm_at, 16 * (tcm_vector + tcm_phase * %c[vectors])\n"                                                      \
    ".set tcm_next, (tcm_first + tcm_turns + 1) %% 4\n"                                                               \
    ".if tcm_phase + 1 == %c[phases] && tcm_vector + 1 == %c[vectors] && tcm_row + 1 >= %c[kernel_rows]\n"            \
    ".set tcm_next, 0\n"                                                                                              \
    ".endif\n"                                                                                                        \
    ".rept tcm_turns\n"                                                                                               \
    ".if (tcm_first + tcm_turn) %% 4 == 0\n tcm_step \\base, q0, q1, q2, q3\n"                                        \
    ".elseif (tcm_first + tcm_turn) %% 4 == 1\n tcm_step \\base, q1, q2, q3, q0\n"                                    \
    ".elseif (tcm_first + tcm_turn) %% 4 == 2\n tcm_step \\base, q2, q3, q0, q1\n"                                    \
    ".else\n tcm_step \\base, q3, q0, q1, q2\n"                                                                       \
    ".endif\n"                                                                                                        \
    ".endr\n"                                                                                                         \
    ".set tcm_first, tcm_next\n"                                                                                      \
    ".set tcm_phase, tcm_phase + 1\n"                                                                                 \
    ".endr\n"                                                                                                         \
    ".set tcm_vector, tcm_vector + 1\n"                                                                               \
    ".endr\n"

/* A tile, and what is left of the one before it. */
#define TCM_MVE_QUAD_TILE                                                                                             \
    ".set tcm_begin, 1\n"                                                                                             \
    ".set tcm_gaps, 0\n"                                                                                              \
    ".set tcm_moves, 0\n"                                                                                             \
    ".set tcm_first, 0\n"                                                                                             \
    ".set tcm_parameters, %c[first_parameters]\n"                                                                     \
    ".set tcm_weights_left, 2 * %c[kernel_rows] * %c[vectors] * %c[columns]\n"                                        \
    ".set tcm_row, 0\n"                                                                                               \
    "tcm_row_of_steps r3\n"                                                                                           \
    ".rept %c[kernel_rows] - 1\n"                                                                                     \
    ".set tcm_row, tcm_row + 1\n"                                                                                     \
    "tcm_row_of_steps r9\n"                                                                                           \
    ".endr\n"                                                                                                         \
    "tcm_others\n"

/* A tile of many steps, and its outputs: a loop over the rows, to spare flash. */
#define TCM_MVE_QUAD_LARGE_TILE                                                                                       \
    ".irp sum, r0, r2, r4, r6, r8, r10, r12, lr\n mov \\sum, #0\n.endr\n"                                             \
    "mov r9, r3\n"                                                                                                    \
    "mov r7, %[kernel_rows]\n"                                                                                        \
    "2:\n"                                                                                                            \
    ".set tcm_begin, 0\n"                                                                                             \
    ".set tcm_gaps, 1000\n"                                                                                           \
    ".set tcm_weights_left, -1\n"                                                                                     \
    ".set tcm_first, 0\n"                                                                                             \
    ".set tcm_row, %c[kernel_rows]\n"                                                                                 \
    "tcm_load q0, r9, 0\n"                                                                                            \
    "tcm_row_of_steps r9\n"                                                                                           \
    "add r9, r9, %[row_step]\n"                                                                                       \
    "subs r7, r7, #1\n"                                                                                               \
    "bne 2b\n" TCM_MVE_QUAD_SUMS_0 TCM_MVE_QUAD_SUMS_1 TCM_MVE_QUAD_SUMS_2 TCM_MVE_QUAD_SUMS_3                        \
    "add r5, r5, %[parameter_bytes]\n"                                                                                \
    ".set tcm_parameters, -%c[parameter_bytes]\n"                                                                     \
    ".set tcm_gaps, 0\n"                                                                                              \
    "tcm_others\n"

/* r0 times four windows over all channels. Before the first tile, any bytes go where its outputs will follow. */
#define TCM_MVE_QUADS                                                                                                 \
    TCM_MVE_QUAD_MACROS                                                                                               \
    ".set tcm_is_loop, 0\n"                                                                                           \
    ".if %c[kernel_rows] * %c[vectors] * %c[columns] > 40\n .set tcm_is_loop, 1\n .endif\n"                           \
    ".set tcm_is_unsigned, 0\n"                                                                                       \
    ".if %c[rounding] == 0 && %c[low_offset] && %c[clamp] == 0\n"                                                     \
    ".set tcm_is_unsigned, 1\n vmov.i8 q5, #0x80\n"                                                                   \
    ".endif\n"                                                                                                        \
    "push {r0, r5, r7, r9}\n"                                                                                         \
    "sub sp, sp, #8\n"                                                                                                \
    "mov r7, #2 * tcm_is_loop\n"                                                                                      \
    "str r7, [sp, #4]\n"                                                                                              \
    "3:\n"                                                                                                            \
    "movw r7, #%c[channels] / 2\n"                                                                                    \
    "str r7, [sp]\n"                                                                                                  \
    ".if !tcm_is_loop\n"                                                                                              \
    "tcm_load q0, r3, 0\n"                                                                                            \
    "1:\n" TCM_MVE_QUAD_TILE                                                                                          \
    "bne 1b\n"                                                                                                        \
    "movw r7, #3 * %c[channels] + 2\n"                                                                                \
    "str r7, [sp, #4]\n"                                                                                              \
    ".else\n"                                                                                                         \
    "1:\n" TCM_MVE_QUAD_LARGE_TILE                                                                                    \
    "bne 1b\n"                                                                                                        \
    "movw r7, #3 * %c[channels]\n"                                                                                    \
    "add r1, r1, r7\n"                                                                                                \
    ".endif\n"                                                                                                        \
    "add r3, r3, #4 * %c[distance]\n"                                                                                 \
    "ldr r5, [sp, #12]\n"                                                                                             \
    "ldr r7, [sp, #8]\n"                                                                                              \
    "subs r7, r7, #1\n"                                                                                               \
    "str r7, [sp, #8]\n"                                                                                              \
    "bne 3b\n"                                                                                                        \
    ".if !tcm_is_loop\n"                                                                                              \
    ".set tcm_parameters, %c[first_parameters]\n"                                                                     \
    ".set tcm_gaps, 0\n" TCM_MVE_QUAD_SUMS_2 TCM_MVE_QUAD_SUMS_3 "tcm_others\n"                                       \
    ".endif\n"                                                                                                        \
    "add sp, sp, #8\n"                                                                                                \
    "pop {r0, r5, r7, r9}\n"                                                                                          \
    ".purgem tcm_gap\n .purgem tcm_next_row\n .purgem tcm_spare_gap\n .purgem tcm_others\n"                           \
    ".purgem tcm_load_weights\n .purgem tcm_load\n .purgem tcm_load_next\n .purgem tcm_load_window\n"                 \
    ".purgem tcm_multiply\n .purgem tcm_after_last_use\n .purgem tcm_step\n .purgem tcm_row_of_steps\n" TCM_MVE_ROOM

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* `quads` times four windows, the first one at `window` and each `distance` bytes after its predecessor: kernel_rows
 * rows, row_step bytes apart, of `columns` pixels of `vectors` vectors; windows are `phases` pixels apart, but at most
 * `columns`. With `words`, the windows' addresses are multiples of 4. `channels` is even. All scalars but `quads` are
 * literals. `tiles` is the first tile; row_gap bytes lie between the weights of two rows, tile_gap between those of two
 * tiles, and the parameters of the tile before first_parameters after the beginning of a tile. */
TCM_KERNEL void tcm_mve_window_quads(const int8_t *window, const int8_t *tiles, int8_t *output, int32_t quads,
                                     int32_t channels, int32_t kernel_rows, int32_t row_step, int32_t columns,
                                     int32_t vectors, int32_t phases, int32_t distance, int32_t words,
                                     int32_t row_gap, int32_t tile_gap, int32_t first_parameters, int32_t rounding,
                                     int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    const int32_t parameter_bytes = rounding == 2 ? 40 : 24;
    register int32_t r0 __asm__("r0") = quads;
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = window + (words ? 0 : 127);
    register const int8_t *r5 __asm__("r5") = tiles;
    __asm__ volatile(TCM_MVE_QUADS
                     : "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r5)
                     : TCM_MVE_REQUANTIZE_OPERANDS, [channels] "i"(channels), [kernel_rows] "i"(kernel_rows),
                       [row_step] "i"(row_step), [columns] "i"(columns), [vectors] "i"(vectors), [phases] "i"(phases),
                       [distance] "i"(distance), [words] "i"(words), [parameter_bytes] "i"(parameter_bytes),
                       [row_gap] "i"(row_gap), [tile_gap] "i"(tile_gap),
                       [first_parameters] "i"(first_parameters), [low_offset] "i"(output_offset == INT8_MIN ? 1 : 0)
                     : "r11", TCM_MVE_CLOBBERS_BUT_R0);
}

#pragma GCC diagnostic pop

#endif
