/* Products of two matrices of activations for MVE: one becomes tiles of weights, see tcm_mve_tiles.h, the other one
 * vectors that know their sum.
 *
 * With the values x and y and their offsets a and b, and depth products,
 *
 *     sum((x + a) * (y + b)) = sum(x * y) + b * sum(x) + a * sum(y) + depth * a * b
 *
 * where the last two terms are in a tile's biases, and the second one, four times, in the 16 bytes before a vector. */
#ifndef TCM_MVE_MATMUL_H
#define TCM_MVE_MATMUL_H

#include "tcm_mve_rows.h"

/* Of a tile's parameters: see tcm_mve.h. */
typedef struct {
    int32_t rounding;
    int32_t multiplier;
    int32_t shift;
    int32_t output_offset;
    int32_t activation_min;
    int32_t activation_max;
} tcm_mve_scale;

TCM_KERNEL int32_t tcm_mve_tile_bytes(int32_t steps, int32_t rounding)
{
    return 64 * steps + (rounding == 2 ? 80 : 48);
}

/* The sum of `steps` vectors of 16 values, `distance` bytes apart. */
TCM_KERNEL int32_t tcm_mve_sum(const int8_t *values, int32_t steps, int32_t distance)
{
    register int32_t sum __asm__("r2") = 0;
    __asm__ volatile("dls lr, %[steps]\n"
                     "1:\n"
                     "vldrb.8 q0, [%[values]]\n"
                     "add %[values], %[values], %[distance]\n"
                     "vaddva.s8 %[sum], q0\n"
                     "le lr, 1b\n"
                     : [values] "+&r"(values), [sum] "+&r"(sum)
                     : [steps] "r"(steps), [distance] "r"(distance)
                     : "lr", "q0", "cc", "memory");
    return sum;
}

/* Copies `bytes` values to vectors of 16, `distance` bytes apart; what is left of the last one stays. */
TCM_KERNEL void tcm_mve_spread(int8_t *to, const int8_t *from, int32_t bytes, int32_t distance)
{
    __asm__ volatile("wlstp.8 lr, %[bytes], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[from]], #16\n"
                     "vstrb.8 q0, [%[to]]\n"
                     "add %[to], %[to], %[distance]\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [to] "+&r"(to), [from] "+&r"(from)
                     : [bytes] "r"(bytes), [distance] "r"(distance)
                     : "lr", "q0", "cc", "memory");
}

/* Copies `rows` rows of `count` <= 8 values, row_step bytes apart, to columns: value i of a row goes offsets[i] bytes
 * behind `to`, and the next row's one byte further on. The predicate stays as it was. */
TCM_KERNEL void tcm_mve_scatter(int8_t *to, const int8_t *from, int32_t rows, int32_t row_step, int32_t count,
                                uint16x8_t offsets)
{
    __asm__ volatile("vmrs r12, p0\n"
                     "vctp.16 %[count]\n"
                     "wls lr, %[rows], 2f\n"
                     "1:\n"
                     "vpstt\n"
                     "vldrbt.u16 q0, [%[from]]\n"
                     "vstrbt.16 q0, [%[to], %q[offsets]]\n"
                     "add %[from], %[from], %[row_step]\n"
                     "add %[to], %[to], #1\n"
                     "le lr, 1b\n"
                     "2:\n"
                     "vmsr p0, r12\n"
                     : [to] "+&r"(to), [from] "+&l"(from)
                     : [rows] "r"(rows), [row_step] "r"(row_step), [count] "r"(count), [offsets] "w"(offsets)
                     : "r12", "lr", "q0", "cc", "memory");
}

/* The same where every 16 rows go `distance` bytes behind those before. */
TCM_KERNEL void tcm_mve_scatter_steps(int8_t *to, const int8_t *from, int32_t rows, int32_t row_step, int32_t count,
                                      int32_t distance, uint16x8_t offsets)
{
    for (int32_t row = 0; row < rows; row += 16) {
        tcm_mve_scatter(to, from, rows - row < 16 ? rows - row : 16, row_step, count, offsets);
        from += 16 * row_step;
        to += distance;
    }
}

/* The parameters of a tile whose weights are there. */
TCM_KERNEL void tcm_mve_finish_tile(int8_t *tile, int32_t steps, int32_t offset, int32_t common,
                                    const tcm_mve_scale *scale)
{
    int32_t *parameters = (int32_t *)(void *)(tile + 64 * steps);
    for (int32_t i = 0; i < 4; i++) {
        parameters[i] = offset * tcm_mve_sum(tile + 16 * i, steps, 64) + common;
    }
    const int32_t right = scale->shift < 0 ? scale->shift : 0;
    if (scale->rounding == 2) {
        vst1q_s32(parameters + 4, vdupq_n_s32(scale->shift > 0 ? scale->shift : 0));
        vst1q_s32(parameters + 8, vdupq_n_s32(scale->multiplier));
        vst1q_s32(parameters + 12, vdupq_n_s32(right < 0 ? -1 : 0));
        vst1q_s32(parameters + 16, vdupq_n_s32(right));
    } else {
        vst1q_s32(parameters + 4, vdupq_n_s32(scale->multiplier));
        vst1q_s32(parameters + 8, vdupq_n_s32(right));
    }
}

/* Up to eight columns of `depth` values as one tile, or as two if there are more than four; `common` belongs to every
 * sum, `offset` is that of the vectors. One of the steps is 1. */
TCM_KERNEL void tcm_mve_tile_of(int8_t *tile, const int8_t *columns, int32_t count, int32_t depth, int32_t column_step,
                                int32_t depth_step, int32_t offset, int32_t common, const tcm_mve_scale *scale)
{
    const int32_t steps = (depth + 15) / 16;
    const int32_t tile_bytes = tcm_mve_tile_bytes(steps, scale->rounding);
    const int32_t tiles = count > 4 ? 2 : 1;
    for (int32_t i = 0; i < tiles && depth % 16 != 0; i++) {
        tcm_mve_fill(tile + i * tile_bytes + 64 * (steps - 1), 0, 64);
    }
    if (depth_step == 1) {
        for (int32_t i = 0; i < count; i++) {
            tcm_mve_spread(tile + i / tiles * 16 + i % tiles * tile_bytes, columns + i * column_step, depth, 64);
        }
    } else {
        const uint16x8_t index = vidupq_n_u16(0, 1);
        const uint16x8_t slots = tiles == 2 ? vshrq_n_u16(index, 1) : index;
        uint16x8_t offsets = vshlq_n_u16(slots, 4);
        if (tiles == 2) {
            offsets = vmlaq_n_u16(offsets, vandq_u16(index, vdupq_n_u16(1)), (uint16_t)tile_bytes);
        }
        tcm_mve_scatter_steps(tile, columns, depth, depth_step, count, 64, offsets);
    }
    for (int32_t i = 0; i < tiles; i++) {
        tcm_mve_finish_tile(tile + i * tile_bytes, steps, offset, common, scale);
    }
}

/* `count` <= 8 rows of `depth` values as vectors, `place` bytes apart, with their terms before them; the first term is at
 * `vectors`. `offset` is that of the tiles. */
TCM_KERNEL void tcm_mve_vectors_of(int8_t *vectors, const int8_t *rows, int32_t count, int32_t depth, int32_t row_step,
                                   int32_t depth_step, int32_t place, int32_t offset)
{
    const int32_t steps = (depth + 15) / 16;
    for (int32_t i = 0; i < count && depth % 16 != 0; i++) {
        vst1q_s8(vectors + i * place + 16 * steps, vdupq_n_s8(0));
    }
    if (depth_step == 1) {
        for (int32_t i = 0; i < count; i++) {
            tcm_mve_spread(vectors + i * place + 16, rows + i * row_step, depth, 16);
        }
    } else {
        const uint16x8_t offsets = vmulq_n_u16(vidupq_n_u16(0, 1), (uint16_t)place);
        tcm_mve_scatter(vectors + 16, rows, depth, depth_step, count, offsets);
    }
    for (int32_t i = 0; i < count; i++) {
        const int32_t sum = tcm_mve_sum(vectors + i * place + 16, steps, 16);
        vst1q_s32((int32_t *)(void *)(vectors + i * place), vdupq_n_s32(offset * sum));
    }
}

/* All steps of a tile, from the terms on; the vectors' steps as in TCM_MVE_ALL_STEPS. */
#define TCM_MVE_TERM_STEPS                                                                                            \
    "ldrd r0, r2, [r3, #-16]\n"                                                                                       \
    "ldrd r8, r10, [r11, #-16]\n"                                                                                     \
    "ldrd r4, r6, [r3, #-8]\n"                                                                                        \
    "ldrd r12, lr, [r11, #-8]\n"                                                                                      \
    ".if %c[steps] <= 8\n"                                                                                            \
    ".set tcm_at, 0\n" TCM_MVE_BEGIN_STEPS("%c[steps]")                                                               \
    ".rept %c[steps]\n" TCM_MVE_TWO_VECTORS_AT("vmladava", ", #tcm_at]", ", #tcm_at + 16]")                           \
    ".set tcm_at, tcm_at + 16\n"                                                                                      \
    ".endr\n"                                                                                                         \
    ".else\n" TCM_MVE_BEGIN_STEPS("%c[steps] %% 8")                                                                   \
    ".rept %c[steps] %% 8\n" TCM_MVE_TWO_VECTORS_AT("vmladava", "], #16", "], #16")                                   \
    ".endr\n"                                                                                                         \
    "mov r7, #%c[steps] / 8\n"                                                                                        \
    "2:\n" TCM_MVE_BEGIN_STEPS("8")                                                                                   \
    ".rept 8\n" TCM_MVE_TWO_VECTORS_AT("vmladava", "], #16", "], #16")                                                \
    ".endr\n"                                                                                                         \
    "subs r7, r7, #1\n"                                                                                               \
    "bne 2b\n"                                                                                                        \
    ".endif\n"

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* `pairs` times two vectors with the tiles of `channels` columns; vectors are `place` bytes apart, outputs output_step. All
 * scalars but `pairs` are literals. */
TCM_KERNEL void tcm_mve_term_pairs(const int8_t *first, const int8_t *second, const int8_t *tiles, int8_t *output,
                                   int32_t pairs, int32_t place, int32_t channels, int32_t output_step, int32_t steps,
                                   int32_t rounding, int32_t output_offset, int32_t activation_min,
                                   int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    const int32_t vector_step = 2 * place;
    register int32_t r0 __asm__("r0") = pairs;
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = first;
    register const int8_t *r11 __asm__("r11") = second;
    register const int8_t *r5 __asm__("r5") = tiles;
    __asm__ volatile(TCM_MVE_PAIRS(TCM_MVE_TERM_STEPS, TCM_MVE_REWIND("r3") TCM_MVE_REWIND("r11"),
                                   TCM_MVE_ADVANCE("r3", "%c[vector_step]") TCM_MVE_ADVANCE("r11", "%c[vector_step]"))
                     : "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r11), "+r"(r5)
                     : TCM_MVE_PAIR_OPERANDS, [steps] "i"(steps), [vector_step] "i"(vector_step)
                     : TCM_MVE_CLOBBERS_BUT_R0);
}

#pragma GCC diagnostic pop

#endif
