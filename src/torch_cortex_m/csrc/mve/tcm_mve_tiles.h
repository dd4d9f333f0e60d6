/* Dot products of one or two input vectors with the weights of all output channels, for MVE.
 *
 * A tile is four channels: for each step of 16 input values 16 weights of each channel, then the requantization of the
 * channels. Every eight channels are two tiles, channels 0 2 4 6 and 1 3 5 7, so that narrowing into bottom and top
 * halves brings them into order; one to four last channels are one tile in order. See ops/packing/mve.py.
 *
 * Two vectors go over one tile at a time: eight accumulators, six loads for 128 multiplications. One vector goes over
 * two tiles at a time.
 *
 * Registers: r1 output, r3 (first) vector, r5 tiles, r7 inner loop. For two vectors: r11 second vector, r9 remaining
 * octets of channels; for one: r9 second tile, r11 remaining octets. r7 may be the frame pointer, and firmware may
 * reserve r9 (its static base, -ffixed-r9), so that assembly saves them itself instead of listing them. */
#ifndef TCM_MVE_TILES_H
#define TCM_MVE_TILES_H

#include "tcm_mve.h"

/* 16 values of two vectors, at these addresses, with 16 weights of each of four channels: the first vector's sums are
 * in r0 r2 r4 r6, the second's in r8 r10 r12 lr. The first loads of a step are among the products of the step before,
 * unless tcm_opens; tcm_rest steps follow. */
#define TCM_MVE_TWO_VECTORS_STEP(multiply, load, first, second, next)                                                 \
    ".if tcm_opens\n vldrw.32 q0, [r5], #16\n " load " q2, " first "\n.endif\n"                                       \
    multiply ".s8 r0, q0, q2\n" load " q3, " second "\n" multiply ".s8 r8, q0, q3\n vldrw.32 q1, [r5], #16\n"         \
    multiply ".s8 r2, q1, q2\n vldrw.32 q0, [r5], #16\n" multiply ".s8 r10, q1, q3\n vldrw.32 q1, [r5], #16\n"        \
    multiply ".s8 r4, q0, q2\n" multiply ".s8 r12, q0, q3\n"                                                          \
    ".if tcm_rest > 0\n vldrw.32 q0, [r5], #16\n.endif\n" multiply ".s8 r6, q1, q2\n"                                 \
    ".if tcm_rest > 0\n " load " q2, " next "\n.endif\n" multiply ".s8 lr, q1, q3\n"                                  \
    ".set tcm_opens, 0\n"                                                                                             \
    ".set tcm_rest, tcm_rest - 1\n"

/* 16 values of one vector with those of two tiles, the sums of the second one in r8 r10 r12 lr. */
#define TCM_MVE_TWO_TILES_STEP(multiply, vector)                                                                      \
    "vldrb.8 q2, " vector "\n"                                                                                        \
    "vldrw.32 q0, [r5], #16\n" multiply ".s8 r0, q0, q2\n vldrw.32 q1, [r9], #16\n" multiply ".s8 r8, q1, q2\n"       \
    "vldrw.32 q0, [r5], #16\n" multiply ".s8 r2, q0, q2\n vldrw.32 q1, [r9], #16\n" multiply ".s8 r10, q1, q2\n"      \
    "vldrw.32 q0, [r5], #16\n" multiply ".s8 r4, q0, q2\n vldrw.32 q1, [r9], #16\n" multiply ".s8 r12, q1, q2\n"      \
    "vldrw.32 q0, [r5], #16\n" multiply ".s8 r6, q0, q2\n vldrw.32 q1, [r9], #16\n" multiply ".s8 lr, q1, q2\n"

/* 16 values of one vector with those of one tile. */
#define TCM_MVE_ONE_TILE_STEP(multiply, vector)                                                                       \
    "vldrb.8 q2, " vector "\n"                                                                                        \
    "vldrw.32 q0, [r5], #16\n" multiply ".s8 r0, q0, q2\n vldrw.32 q1, [r5], #16\n" multiply ".s8 r2, q1, q2\n"       \
    "vldrw.32 q0, [r5], #16\n" multiply ".s8 r4, q0, q2\n vldrw.32 q1, [r5], #16\n" multiply ".s8 r6, q1, q2\n"

/* All steps, the second of them tcm_head values behind the first. Up to eight have immediate offsets, which spares
 * resetting the pointers: STEP(multiply, offset, next) is the macro of a step at ", #offset]". More are a loop of eight,
 * after the first one to eight. */
#define TCM_MVE_ALL_STEPS(STEP)                                                                                       \
    ".if %c[steps] <= 8\n"                                                                                            \
    ".set tcm_at, tcm_head\n" TCM_MVE_BEGIN_STEPS("%c[steps]") STEP("vmladav", "]", ", #tcm_at]")                     \
    ".rept %c[steps] - 1\n" STEP("vmladava", ", #tcm_at]", ", #tcm_at + 16]")                                         \
    ".set tcm_at, tcm_at + 16\n"                                                                                      \
    ".endr\n"                                                                                                         \
    ".else\n" TCM_MVE_BEGIN_STEPS("(%c[steps] - 1) %% 8 + 1") STEP("vmladav", "], #tcm_head", "], #16")               \
    ".rept (%c[steps] - 1) %% 8\n" STEP("vmladava", "], #16", "], #16")                                               \
    ".endr\n"                                                                                                         \
    "mov r7, #(%c[steps] - 1) / 8\n"                                                                                  \
    "2:\n" TCM_MVE_BEGIN_STEPS("8")                                                                                   \
    ".rept 8\n" STEP("vmladava", "], #16", "], #16")                                                                  \
    ".endr\n"                                                                                                         \
    "subs r7, r7, #1\n"                                                                                               \
    "bne 2b\n"                                                                                                        \
    ".endif\n"

/* Before steps that follow each other, for TCM_MVE_TWO_VECTORS_STEP. */
#define TCM_MVE_BEGIN_STEPS(count) ".set tcm_opens, 1\n.set tcm_rest, " count " - 1\n"

#define TCM_MVE_TWO_VECTORS_AT(multiply, at, next)                                                                    \
    TCM_MVE_TWO_VECTORS_STEP(multiply, "vldrb.8", "[r3" at, "[r11" at, "[r3" next)
#define TCM_MVE_TWO_TILES_AT(multiply, at, next) TCM_MVE_TWO_TILES_STEP(multiply, "[r3" at)
#define TCM_MVE_ONE_TILE_AT(multiply, at, next) TCM_MVE_ONE_TILE_STEP(multiply, "[r3" at)

/* A vector back to its start, for the next tile; r0 is free between the tiles. */
#define TCM_MVE_REWIND(v)                                                                                             \
    ".if %c[steps] > 8\n"                                                                                             \
    TCM_MVE_LITERAL("r0", "(16 * %c[steps] - 16 + tcm_head)")                                                         \
    "sub " v ", " v ", r0\n"                                                                                          \
    ".endif\n"

/* Sums of four channels each to vectors. */
#define TCM_MVE_SUMS                                                                                                  \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                     \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                     \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                    \
    "vmov q1[3], q1[1], r10, lr\n"

/* Adds the biases at "from" to one vector; q2 changes. */
#define TCM_MVE_ADD_BIAS(v, from) "vldrw.32 q2, [" from "], #16\n vadd.i32 " v ", " v ", q2\n"

/* After the steps of a tile: the outputs of both vectors as bottom (b) or top (t) halves of q4 and q5. */
#define TCM_MVE_NARROW_PAIR(half)                                                                                     \
    TCM_MVE_SUMS TCM_MVE_REQUANTIZE_PAIR(TCM_MVE_NEXT_AT_R5) "vqmovn" half ".s32 q4, q3\n vqmovn" half ".s32 q5, q0\n"

/* Stores octets: q5 for the second vector, whose outputs are output_step after the first's, and q4; r1 advances. */
#define TCM_MVE_STORE_OCTETS                                                                                          \
    ".if %c[output_step] <= 127\n"                                                                                    \
    "vstrb.16 q5, [r1, %[output_step]]\n"                                                                             \
    ".else\n"                                                                                                         \
    TCM_MVE_LITERAL("r0", "%c[output_step]")                                                                          \
    "add r0, r0, r1\n"                                                                                                \
    "vstrb.16 q5, [r0]\n"                                                                                             \
    ".endif\n"                                                                                                        \
    "vstrb.16 q4, [r1], #8\n"

/* Stores the lanes of q4 and q5 that "mask" has; the predicate stays as it was. */
#define TCM_MVE_STORE_SOME_PAIR(store)                                                                                \
    TCM_MVE_LITERAL("r0", "%c[output_step]")                                                                          \
    "add r0, r0, r1\n"                                                                                                \
    "vmrs r2, p0\n"                                                                                                   \
    "movw r4, %[mask]\n"                                                                                              \
    "vmsr p0, r4\n"                                                                                                   \
    "vpstt\n"                                                                                                         \
    store " q4, [r1]\n"                                                                                               \
    store " q5, [r0]\n"                                                                                               \
    "vmsr p0, r2\n"

/* The same for q4 alone. */
#define TCM_MVE_STORE_SOME(store)                                                                                     \
    "vmrs r2, p0\n"                                                                                                   \
    "movw r4, %[mask]\n"                                                                                              \
    "vmsr p0, r4\n"                                                                                                   \
    "vpst\n"                                                                                                          \
    store " q4, [r1]\n"                                                                                               \
    "vmsr p0, r2\n"

/* Pairs of vectors over all channels. STEPS are all steps of a tile, after which REWIND goes back to its input; NEXT
 * goes on to the input of the next pair. The number of pairs is in r0, then on the stack. */
#define TCM_MVE_PAIRS(STEPS, REWIND, NEXT)                                                                            \
    "push {r0, r5, r7, r9}\n.set tcm_head, 16\n" TCM_MVE_LIMITS "3:\n"                                                \
    ".if %c[channels] >= 8\n"                                                                                         \
    "movw r9, #%c[channels] / 8\n"                                                                                    \
    "1:\n"                                                                                                            \
    STEPS TCM_MVE_NARROW_PAIR("b") REWIND                                                                             \
    STEPS TCM_MVE_NARROW_PAIR("t") REWIND                                                                             \
    TCM_MVE_CLAMP("q4") TCM_MVE_CLAMP("q5") TCM_MVE_STORE_OCTETS                                                      \
    "subs r9, r9, #1\n"                                                                                               \
    "bne 1b\n"                                                                                                        \
    ".endif\n"                                                                                                        \
    ".if %c[channels] %% 8 > 4\n"                                                                                     \
    STEPS TCM_MVE_NARROW_PAIR("b") REWIND                                                                             \
    STEPS TCM_MVE_NARROW_PAIR("t") REWIND                                                                             \
    TCM_MVE_CLAMP("q4") TCM_MVE_CLAMP("q5") TCM_MVE_STORE_SOME_PAIR("vstrbt.16")                                      \
    ".elseif %c[channels] %% 8 > 0\n"                                                                                 \
    STEPS TCM_MVE_NARROW_PAIR("b") REWIND                                                                             \
    TCM_MVE_CLAMP("q4") TCM_MVE_CLAMP("q5") TCM_MVE_STORE_SOME_PAIR("vstrbt.32")                                      \
    ".endif\n"                                                                                                        \
    NEXT TCM_MVE_ADVANCE("r1", "2 * %c[output_step] - %c[channels] / 8 * 8")                                          \
    "ldr r5, [sp, #4]\n"                                                                                              \
    "ldr r0, [sp]\n"                                                                                                  \
    "subs r0, r0, #1\n"                                                                                               \
    "str r0, [sp]\n"                                                                                                  \
    "bne 3b\n"                                                                                                        \
    "pop {r0, r5, r7, r9}\n" TCM_MVE_ROOM

#define TCM_MVE_PAIR_OPERANDS                                                                                         \
    TCM_MVE_REQUANTIZE_OPERANDS, [channels] "i"(channels), [output_step] "i"(output_step),                            \
        [mask] "i"((1 << (channels % 8 > 4 ? 2 : 4) * (channels % 8)) - 1)

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* What tcm_mve_pairs does (see tcm_mve_pairs.h), without overlapping. */
TCM_KERNEL void tcm_mve_plain_pairs(const int8_t *first, const int8_t *second, const int8_t *tiles, int8_t *output,
                                    int32_t pairs, int32_t vector_step, int32_t channels, int32_t output_step,
                                    int32_t steps, int32_t rounding, int32_t output_offset, int32_t activation_min,
                                    int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    register int32_t r0 __asm__("r0") = pairs;
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = first;
    register const int8_t *r11 __asm__("r11") = second;
    register const int8_t *r5 __asm__("r5") = tiles;
    __asm__ volatile(TCM_MVE_PAIRS(TCM_MVE_ALL_STEPS(TCM_MVE_TWO_VECTORS_AT),
                                   TCM_MVE_REWIND("r3") TCM_MVE_REWIND("r11"),
                                   TCM_MVE_ADVANCE("r3", "%c[vector_step]") TCM_MVE_ADVANCE("r11", "%c[vector_step]"))
                     : "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r11), "+r"(r5)
                     : TCM_MVE_PAIR_OPERANDS, [steps] "i"(steps), [vector_step] "i"(vector_step)
                     : TCM_MVE_CLOBBERS_BUT_R0);
}

/* The steps of one vector: of `runs` of its values, run_step bytes apart. */
#define TCM_MVE_ALL_RUNS(STEP)                                                                                        \
    ".if %c[runs] == 1\n" TCM_MVE_ALL_STEPS(STEP) ".else\n"                                                           \
    ".set tcm_at, 16\n" STEP("vmladav", "]", "") TCM_MVE_RUN(STEP, "%c[steps] / %c[runs] - 1")                        \
    ".rept %c[runs] - 1\n"                                                                                            \
    "add r3, r3, %[run_step]\n"                                                                                       \
    ".set tcm_at, 0\n" TCM_MVE_RUN(STEP, "%c[steps] / %c[runs]")                                                      \
    ".endr\n"                                                                                                         \
    ".endif\n"

#define TCM_MVE_RUN(STEP, count)                                                                                      \
    ".rept " count "\n" STEP("vmladava", ", #tcm_at]", "") ".set tcm_at, tcm_at + 16\n.endr\n"

/* The vector back to its start, for the next tiles; r0 is free between them. */
#define TCM_MVE_REWIND_RUNS                                                                                           \
    ".if %c[runs] == 1\n" TCM_MVE_REWIND("r3") ".else\n"                                                              \
    TCM_MVE_LITERAL("r0", "(%c[runs] - 1) * %c[run_step]")                                                            \
    "sub r3, r3, r0\n"                                                                                                \
    ".endif\n"

/* One vector over all octets of channels, and over what is left of them. */
#define TCM_MVE_ONE_OCTETS                                                                                            \
    "push {r7, r9}\n.set tcm_head, %c[head]\n" TCM_MVE_LIMITS                                                         \
    "1:\n"                                                                                                            \
    ".if %c[lead_bytes]\n add r5, r5, %[lead_bytes]\n.endif\n"                                                        \
    TCM_MVE_LITERAL("r0", "%c[tile_bytes]")                                                                           \
    "add r9, r5, r0\n"                                                                                                \
    TCM_MVE_ALL_RUNS(TCM_MVE_TWO_TILES_AT)                                                                            \
    TCM_MVE_SUMS TCM_MVE_ADD_BIAS("q0", "r5") TCM_MVE_ADD_BIAS("q1", "r9")                                            \
    TCM_MVE_SCALE("q0", "r5", "q2", "q3") TCM_MVE_SCALE("q1", "r9", "q2", "q3")                                       \
    "vqmovnb.s32 q4, q0\n"                                                                                            \
    "vqmovnt.s32 q4, q1\n"                                                                                            \
    TCM_MVE_CLAMP("q4")                                                                                               \
    "vstrb.16 q4, [r1], #8\n"                                                                                         \
    "mov r5, r9\n"                                                                                                    \
    TCM_MVE_REWIND_RUNS                                                                                               \
    "subs r11, r11, #1\n"                                                                                             \
    "bne 1b\n"                                                                                                        \
    "pop {r7, r9}\n" TCM_MVE_ROOM

#define TCM_MVE_ONE_LAST_OCTET                                                                                        \
    "push {r7, r9}\n.set tcm_head, %c[head]\n" TCM_MVE_LIMITS                                                         \
    TCM_MVE_LITERAL("r0", "%c[tile_bytes]")                                                                           \
    "add r9, r5, r0\n"                                                                                                \
    TCM_MVE_ALL_RUNS(TCM_MVE_TWO_TILES_AT)                                                                            \
    TCM_MVE_SUMS TCM_MVE_ADD_BIAS("q0", "r5") TCM_MVE_ADD_BIAS("q1", "r9")                                            \
    TCM_MVE_SCALE("q0", "r5", "q2", "q3") TCM_MVE_SCALE("q1", "r9", "q2", "q3")                                       \
    "vqmovnb.s32 q4, q0\n"                                                                                            \
    "vqmovnt.s32 q4, q1\n"                                                                                            \
    TCM_MVE_CLAMP("q4")                                                                                               \
    TCM_MVE_STORE_SOME("vstrbt.16") "pop {r7, r9}\n" TCM_MVE_ROOM

#define TCM_MVE_ONE_LAST_TILE                                                                                         \
    "push {r7}\n.set tcm_head, %c[head]\n" TCM_MVE_LIMITS                                                             \
    TCM_MVE_ALL_RUNS(TCM_MVE_ONE_TILE_AT)                                                                             \
    TCM_MVE_SUMS TCM_MVE_ADD_BIAS("q0", "r5") TCM_MVE_SCALE("q0", "r5", "q2", "q3")                                   \
    "vqmovnb.s32 q4, q0\n"                                                                                            \
    TCM_MVE_CLAMP("q4") TCM_MVE_STORE_SOME("vstrbt.32") "pop {r7}\n" TCM_MVE_ROOM

#define TCM_MVE_ONE_OPERANDS                                                                                          \
    TCM_MVE_REQUANTIZE_OPERANDS, [steps] "i"(steps), [head] "i"(head), [runs] "i"(runs), [run_step] "i"(run_step)

/* output[0 ... channels) from a window of 16 * steps values: `runs` of equal length, run_step bytes apart, of 128 bytes
 * at most unless there is one, whose second 16 values begin `head` bytes behind the first. lead_bytes precede each octet
 * of tiles. All scalars are literals. */
TCM_KERNEL void tcm_mve_one_window(const int8_t *window, const int8_t *tiles, int8_t *output, int32_t channels,
                                   int32_t steps, int32_t head, int32_t runs, int32_t run_step, int32_t lead_bytes,
                                   int32_t rounding, int32_t output_offset, int32_t activation_min,
                                   int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    const int32_t tile_bytes = 64 * steps + (rounding == 2 ? 80 : 48);
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = window;
    register const int8_t *r5 __asm__("r5") = tiles;
    register int32_t r11 __asm__("r11") = channels / 8;
    if (channels >= 8) {
        __asm__ volatile(TCM_MVE_ONE_OCTETS
                         : "+r"(r1), "+r"(r3), "+r"(r5), "+r"(r11)
                         : TCM_MVE_ONE_OPERANDS, [tile_bytes] "i"(tile_bytes), [lead_bytes] "i"(lead_bytes)
                         : TCM_MVE_CLOBBERS);
    }
    if (channels % 8 > 4) {
        __asm__ volatile(TCM_MVE_ONE_LAST_OCTET
                         : "+r"(r1), "+r"(r3), "+r"(r5)
                         : TCM_MVE_ONE_OPERANDS, [tile_bytes] "i"(tile_bytes),
                           [mask] "i"((1 << (2 * (channels % 8))) - 1)
                         : TCM_MVE_CLOBBERS);
    } else if (channels % 8 > 0) {
        __asm__ volatile(TCM_MVE_ONE_LAST_TILE
                         : "+r"(r1), "+r"(r3), "+r"(r5)
                         : TCM_MVE_ONE_OPERANDS, [mask] "i"((1 << (4 * (channels % 8))) - 1)
                         : TCM_MVE_CLOBBERS);
    }
}

/* The same from a `vector` of 16 * steps values. */
TCM_KERNEL void tcm_mve_one_vector(const int8_t *vector, const int8_t *tiles, int8_t *output, int32_t channels,
                                   int32_t steps, int32_t lead_bytes, int32_t rounding, int32_t output_offset,
                                   int32_t activation_min, int32_t activation_max)
{
    tcm_mve_one_window(vector, tiles, output, channels, steps, 16, 1, 0, lead_bytes, rounding, output_offset,
                       activation_min, activation_max);
}

#pragma GCC diagnostic pop

#endif
