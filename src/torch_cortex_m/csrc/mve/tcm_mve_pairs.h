/* Dot products of many pairs of input vectors with the weights of all output channels, for MVE: eight channels at a
 * time over all pairs.
 *
 * Eight channels are two tiles, A and B (see tcm_mve_tiles.h). Products are the bottleneck: one takes two cycles, in
 * the second of which another unit may start. There the loads go, and what requantizes the tile before: B of the pair
 * before goes between the products of A, and A between those of B. Before A the parameters of B are repeated.
 *
 * Registers: r1 output of the pair before, r9 what it advances by, r3 first vector, r11 second vector, r5 tiles, r7
 * output offset. The first vector's sums are in r0 r2 r4 r6, then in q6; the second one's in r8 r10 r12 lr, then in q7.
 * On the stack: remaining pairs, remaining octets of channels, then the pairs, r1, r3, r7, r9 and r11 as they were. */
#ifndef TCM_MVE_PAIRS_H
#define TCM_MVE_PAIRS_H

#include "tcm_mve_tiles.h"

/* An instruction with a number of its own, from 1 on: assembled where that is asked for. */
#define TCM_MVE_PAIR_ITEM(instruction)                                                                                \
    ".set tcm_item, tcm_item + 1\n"                                                                                   \
    ".if tcm_item == tcm_wanted\n" instruction "\n.endif\n"

#define TCM_MVE_PAIR_PARAMETER(n) TCM_MVE_PAIR_ITEM("vldrw.32 q1, [r5, #tcm_parameters + 16 * " #n "]")

/* q6 and q7 requantized to the bottom (A) or top (B) halves of q4 and q5. */
#define TCM_MVE_PAIR_REQUANTIZE                                                                                       \
    TCM_MVE_PAIR_PARAMETER(0)                                                                                         \
    TCM_MVE_PAIR_ITEM("vadd.i32 q6, q6, q1")                                                                          \
    TCM_MVE_PAIR_ITEM("vadd.i32 q7, q7, q1")                                                                          \
    TCM_MVE_PAIR_PARAMETER(1)                                                                                         \
    TCM_MVE_PAIR_ITEM("vqrdmulh.s32 q6, q6, q1")                                                                      \
    TCM_MVE_PAIR_ITEM("vqrdmulh.s32 q7, q7, q1")                                                                      \
    ".if %c[rounding] == 1\n"                                                                                         \
    TCM_MVE_PAIR_ITEM("vshr.s32 q1, q6, #31")                                                                         \
    TCM_MVE_PAIR_ITEM("vadd.i32 q6, q6, q1")                                                                          \
    TCM_MVE_PAIR_ITEM("vshr.s32 q1, q7, #31")                                                                         \
    TCM_MVE_PAIR_ITEM("vadd.i32 q7, q7, q1")                                                                          \
    ".endif\n"                                                                                                        \
    TCM_MVE_PAIR_PARAMETER(2)                                                                                         \
    TCM_MVE_PAIR_ITEM("vrshl.s32 q6, q6, q1")                                                                         \
    TCM_MVE_PAIR_ITEM("vrshl.s32 q7, q7, q1")                                                                         \
    ".if tcm_tile_is_b\n"                                                                                             \
    TCM_MVE_PAIR_ITEM("vqmovnb.s32 q4, q6")                                                                           \
    TCM_MVE_PAIR_ITEM("vqmovnb.s32 q5, q7")                                                                           \
    ".else\n"                                                                                                         \
    TCM_MVE_PAIR_ITEM("vqmovnt.s32 q4, q6")                                                                           \
    TCM_MVE_PAIR_ITEM("vqmovnt.s32 q5, q7") TCM_MVE_PAIR_STORE                                                        \
    ".endif\n"

#define TCM_MVE_PAIR_LIMIT(limit, operation)                                                                          \
    TCM_MVE_PAIR_ITEM("mov r7, %[" limit "]")                                                                         \
    TCM_MVE_PAIR_ITEM("vdup.16 q1, r7")                                                                               \
    TCM_MVE_PAIR_ITEM(operation ".s16 q4, q4, q1")                                                                    \
    TCM_MVE_PAIR_ITEM(operation ".s16 q5, q5, q1")                                                                    \
    TCM_MVE_PAIR_ITEM("mov r7, %[offset]")

/* The outputs of both vectors. */
#define TCM_MVE_PAIR_STORE                                                                                            \
    TCM_MVE_PAIR_ITEM("vqadd.s16 q4, q4, r7")                                                                         \
    TCM_MVE_PAIR_ITEM("vqadd.s16 q5, q5, r7")                                                                         \
    ".if %c[clamp] & 1\n" TCM_MVE_PAIR_LIMIT("low", "vmax") ".endif\n"                                                \
    ".if %c[clamp] & 2\n" TCM_MVE_PAIR_LIMIT("high", "vmin") ".endif\n"                                               \
    TCM_MVE_PAIR_ITEM("vqmovnb.s16 q4, q4")                                                                           \
    TCM_MVE_PAIR_ITEM("vqmovnb.s16 q5, q5")                                                                           \
    TCM_MVE_PAIR_ITEM("vstrb.16 q4, [r1]")                                                                            \
    ".if %c[output_step] <= 127\n"                                                                                    \
    TCM_MVE_PAIR_ITEM("vstrb.16 q5, [r1, %[output_step]]")                                                            \
    TCM_MVE_PAIR_ITEM("add r1, r1, r9")                                                                               \
    TCM_MVE_PAIR_ITEM("movw r9, #2 * %c[output_step]")                                                                \
    ".else\n"                                                                                                         \
    TCM_MVE_PAIR_ITEM("add r1, r1, r9")                                                                               \
    TCM_MVE_PAIR_ITEM("vstrb.16 q5, [r1]")                                                                            \
    TCM_MVE_PAIR_ITEM("add r1, r1, r9")                                                                               \
    TCM_MVE_PAIR_ITEM("movw r9, %[output_step]")                                                                      \
    ".endif\n"

/* tcm_assemble: the items from tcm_assembled + 1 to `last`.
 * tcm_gap: so many of them that they are spread over a tile; `weight` is a tenth of a step's (estimated cycles say where
 * there is most room).
 * tcm_load_weights: the next vector of weights; after the last one of a tile, r5 goes on to the next tile.
 * tcm_tile: a tile's products with the items of the tile before; tcm_step, 16 values of both vectors. */
#define TCM_MVE_PAIR_MACROS                                                                                           \
    ".macro tcm_find wanted\n"                                                                                        \
    ".set tcm_wanted, \\wanted\n"                                                                                     \
    ".set tcm_item, 0\n" TCM_MVE_PAIR_REQUANTIZE ".endm\n"                                                            \
    ".macro tcm_assemble last\n"                                                                                      \
    ".rept (\\last) - tcm_assembled\n"                                                                                \
    ".set tcm_assembled, tcm_assembled + 1\n"                                                                         \
    "tcm_find tcm_assembled\n"                                                                                        \
    ".endr\n"                                                                                                         \
    ".endm\n"                                                                                                         \
    ".macro tcm_gap weight\n"                                                                                         \
    ".set tcm_room, tcm_room + \\weight\n"                                                                            \
    "tcm_assemble tcm_items * tcm_room / (10 * %c[steps])\n"                                                          \
    ".endm\n"                                                                                                         \
    ".macro tcm_load_weights\n"                                                                                       \
    ".set tcm_weights_left, tcm_weights_left - 1\n"                                                                   \
    ".if tcm_weights_left == 0\n"                                                                                     \
    "vldrw.32 q0, [r5], #64\n" /* over the three parameters of the tile */                                            \
    ".set tcm_parameters, tcm_parameters - 64\n"                                                                      \
    ".elseif tcm_weights_left > 0\n"                                                                                  \
    "vldrw.32 q0, [r5], #16\n"                                                                                        \
    ".set tcm_parameters, tcm_parameters - 16\n"                                                                      \
    ".endif\n"                                                                                                        \
    ".endm\n"                                                                                                         \
    ".macro tcm_multiply sum, values\n"                                                                               \
    ".if tcm_at == 0\n vmladav.s8 \\sum, q0, \\values\n.else\n vmladava.s8 \\sum, q0, \\values\n.endif\n"             \
    ".endm\n"                                                                                                         \
    ".macro tcm_step\n"                                                                                               \
    "tcm_multiply r0, q2\n"                                                                                           \
    ".if %c[steps] > 1 || !tcm_tile_is_b\n vldrb.8 q3, [r11, #tcm_at]\n.endif\n"                                      \
    "tcm_multiply r8, q3\n tcm_load_weights\n"                                                                        \
    "tcm_multiply r2, q2\n tcm_gap 4\n"                                                                               \
    "tcm_multiply r10, q3\n tcm_load_weights\n tcm_gap 1\n"                                                           \
    "tcm_multiply r4, q2\n tcm_gap 3\n"                                                                               \
    "tcm_multiply r12, q3\n tcm_load_weights\n"                                                                       \
    "tcm_multiply r6, q2\n"                                                                                           \
    ".if tcm_weights_left > 0\n vldrb.8 q2, [r3, #tcm_at + 16]\n"                                                     \
    ".elseif %c[steps] > 1 && !tcm_tile_is_b\n vldrb.8 q2, [r3]\n"                                                    \
    ".endif\n"                                                                                                        \
    "tcm_gap 1\n"                                                                                                     \
    "tcm_multiply lr, q3\n tcm_load_weights\n tcm_gap 1\n"                                                            \
    ".set tcm_at, tcm_at + 16\n"                                                                                      \
    ".endm\n"                                                                                                         \
    ".macro tcm_tile is_b\n"                                                                                          \
    ".set tcm_tile_is_b, \\is_b\n"                                                                                    \
    ".set tcm_parameters, -48\n"                                                                                      \
    ".set tcm_assembled, 0\n"                                                                                         \
    ".set tcm_room, 0\n"                                                                                              \
    ".set tcm_at, 0\n"                                                                                                \
    "tcm_find 0\n"                                                                                                    \
    ".set tcm_items, tcm_item\n"                                                                                      \
    ".set tcm_weights_left, 4 * %c[steps]\n"                                                                          \
    "tcm_load_weights\n"                                                                                              \
    ".rept %c[steps]\n tcm_step\n .endr\n"                                                                            \
    "tcm_assemble tcm_items\n" TCM_MVE_PAIR_SUMS ".endm\n"

#define TCM_MVE_PAIR_SUMS                                                                                             \
    "vmov q6[2], q6[0], r0, r4\n"                                                                                     \
    "vmov q6[3], q6[1], r2, r6\n"                                                                                     \
    "vmov q7[2], q7[0], r8, r12\n"                                                                                    \
    "vmov q7[3], q7[1], r10, lr\n"

/* Before the first pair, any bytes go where its outputs will follow. */
#define TCM_MVE_OVERLAPPED_PAIRS                                                                                      \
    TCM_MVE_PAIR_MACROS                                                                                               \
    "push {r0, r1, r3, r7, r9, r11}\n"                                                                                \
    "sub sp, sp, #8\n"                                                                                                \
    "mov r9, %[octets]\n"                                                                                             \
    "str r9, [sp, #4]\n"                                                                                              \
    "mov r7, %[offset]\n"                                                                                             \
    "3:\n"                                                                                                            \
    "ldrd r0, r1, [sp, #8]\n"                                                                                         \
    "ldr r3, [sp, #16]\n"                                                                                             \
    "ldr r11, [sp, #28]\n"                                                                                            \
    "mov r9, #0\n"                                                                                                    \
    "add r5, r5, #48\n"                                                                                               \
    "1:\n"                                                                                                            \
    "str r0, [sp]\n"                                                                                                  \
    "vldrb.8 q2, [r3]\n"                                                                                              \
    "tcm_tile 0\n"                                                                                                    \
    "tcm_tile 1\n"                                                                                                    \
    TCM_MVE_ADVANCE("r3", "%c[vector_step]") TCM_MVE_ADVANCE("r11", "%c[vector_step]")                                \
    "ldr r0, [sp]\n"                                                                                                  \
    "sub r5, r5, #128 * %c[steps] + 96\n"                                                                             \
    "subs r0, r0, #1\n"                                                                                               \
    "bne 1b\n"                                                                                                        \
    ".set tcm_tile_is_b, 0\n"                                                                                         \
    ".set tcm_parameters, -48\n"                                                                                      \
    ".set tcm_assembled, 0\n"                                                                                         \
    "tcm_find 0\n"                                                                                                    \
    ".set tcm_items, tcm_item\n"                                                                                      \
    "tcm_assemble tcm_items\n"                                                                                        \
    "add r5, r5, #128 * %c[steps] + 96\n"                                                                             \
    "ldr r0, [sp, #12]\n"                                                                                             \
    "add r0, r0, #8\n"                                                                                                \
    "str r0, [sp, #12]\n"                                                                                             \
    "ldr r0, [sp, #4]\n"                                                                                              \
    "subs r0, r0, #1\n"                                                                                               \
    "str r0, [sp, #4]\n"                                                                                              \
    "bne 3b\n"                                                                                                        \
    "add sp, sp, #8\n"                                                                                                \
    "pop {r0, r1, r3, r7, r9, r11}\n"                                                                                 \
    ".purgem tcm_find\n .purgem tcm_assemble\n .purgem tcm_gap\n .purgem tcm_load_weights\n"                          \
    ".purgem tcm_multiply\n .purgem tcm_step\n .purgem tcm_tile\n" TCM_MVE_ROOM

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* `pairs` times two vectors of 16 * steps values: those of the first pair are at `first` and `second`, those of the
 * next ones at distances of vector_step. Their outputs, `channels` each, are output_step apart. lead_bytes are the
 * parameters that each octet of tiles repeats: 0 where the tiles are not meant for overlapping. All scalars but `pairs`
 * are literals. */
TCM_KERNEL void tcm_mve_pairs(const int8_t *first, const int8_t *second, const int8_t *tiles, int8_t *output,
                              int32_t pairs, int32_t vector_step, int32_t channels, int32_t output_step, int32_t steps,
                              int32_t lead_bytes, int32_t rounding, int32_t output_offset, int32_t activation_min,
                              int32_t activation_max)
{
    const int32_t octets = lead_bytes > 0 ? channels / 8 : 0;
    const int32_t octet_bytes = 128 * steps + 2 * 48 + lead_bytes;
    if (octets > 0) {
        const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
        register int32_t r0 __asm__("r0") = pairs;
        register int8_t *r1 __asm__("r1") = output;
        register const int8_t *r3 __asm__("r3") = first;
        register const int8_t *r11 __asm__("r11") = second;
        register const int8_t *r5 __asm__("r5") = tiles;
        __asm__ volatile(TCM_MVE_OVERLAPPED_PAIRS
                         : "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r11), "+r"(r5)
                         : TCM_MVE_REQUANTIZE_OPERANDS, [output_step] "i"(output_step), [steps] "i"(steps),
                           [vector_step] "i"(vector_step), [octets] "i"(octets)
                         : TCM_MVE_CLOBBERS_BUT_R0);
    }
    if (channels > 8 * octets) {
        tcm_mve_plain_pairs(first, second, tiles + octets * octet_bytes, output + 8 * octets, pairs, vector_step,
                            channels - 8 * octets, output_step, steps, rounding, output_offset, activation_min,
                            activation_max);
    }
}

#pragma GCC diagnostic pop

#endif
