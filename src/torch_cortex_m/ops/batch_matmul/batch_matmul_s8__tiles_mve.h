/* Matrix products of int8 tensors for MVE: the second matrix becomes tiles, then two rows of the first one and four columns
 * are multiplied at a time. See tcm_mve_matmul.h. */
#ifndef BATCH_MATMUL_S8__TILES_MVE_H
#define BATCH_MATMUL_S8__TILES_MVE_H

#include "tcm_matmul.h"
#include "tcm_mve_matmul.h"

enum { BATCH_MATMUL_S8_TILES_ROWS = 8 }; /* that are vectors at the same time */

/* A last odd row is computed again together with the one before it; a single one twice, to the same place. */
TCM_KERNEL void batch_matmul_s8__tiles_mve(const int8_t *input, const int8_t *other, int8_t *output, uint8_t *scratch,
                                           TCM_MATMUL_PARAMETERS, int32_t input_offset, int32_t other_offset,
                                           int32_t output_offset, int32_t rounding, int32_t multiplier, int32_t shift,
                                           int32_t activation_min, int32_t activation_max)
{
    const tcm_mve_scale scale = {
        .rounding = rounding,
        .multiplier = multiplier,
        .shift = shift,
    };
    const int32_t steps = (depth + 15) / 16;
    const int32_t place = 16 * steps + 16;
    const int32_t single = rows == 1;
    int8_t *const vectors = (int8_t *)scratch;
    int8_t *const tiles = vectors + BATCH_MATMUL_S8_TILES_ROWS * place;
    const int8_t *packed = NULL;
    TCM_FOR_EACH_PRODUCT(a, b)
    {
        if (packed != other + b) {
            packed = other + b;
            for (int32_t column = 0; column < columns; column += 8) {
                const int32_t count = columns - column < 8 ? columns - column : 8;
                tcm_mve_tile_of(tiles + column / 4 * tcm_mve_tile_bytes(steps, rounding),
                                packed + column * other_column_stride, count, depth, other_column_stride,
                                other_depth_stride, input_offset, depth * input_offset * other_offset, &scale);
            }
        }
        for (int32_t row = 0; row < rows;) {
            const int32_t left = rows - row;
            const int32_t is_last = left == 1;
            const int32_t first = is_last && !single ? row - 1 : row;
            const int32_t even = left < BATCH_MATMUL_S8_TILES_ROWS ? left / 2 * 2 : BATCH_MATMUL_S8_TILES_ROWS;
            const int32_t count = is_last ? 2 - single : even;
            tcm_mve_vectors_of(vectors, input + a + first * input_row_stride, count, depth, input_row_stride,
                               input_depth_stride, place, other_offset);
            tcm_mve_term_pairs(vectors + 16, vectors + 16 + (single ? 0 : place), tiles, output + first * columns,
                               is_last ? 1 : count / 2, place, columns, single ? 0 : columns, steps, rounding,
                               output_offset, activation_min, activation_max);
            row = first + count;
        }
    }
}

#endif
