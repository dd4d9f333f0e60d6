/* Transposition of matrices for MVE: blocks of sixteen rows and four columns. */
#ifndef TRANSPOSE_S8__BLOCKS_MVE_H
#define TRANSPOSE_S8__BLOCKS_MVE_H

#include <arm_mve.h>

#include "tcm_copy.h"
#include "tcm_matrices.h"

TCM_KERNEL void transpose_s8_vectors(const int8_t *input, int32_t column_stride, int8_t *output, int32_t row_stride)
{
    int8_t block[64];
    const int8x16x4_t columns = {{vld1q_s8(input), vld1q_s8(input + column_stride), vld1q_s8(input + 2 * column_stride),
                                  vld1q_s8(input + 3 * column_stride)}};
    vst4q_s8(block, columns);
    TCM_UNROLL_SCALAR
    for (int32_t row = 0; row < 16; row++) {
        tcm_copy_word(output + row * row_stride, block + 4 * row);
    }
}

TCM_KERNEL void transpose_s8__blocks_mve(const int8_t *input, int8_t *output, TCM_MATRICES_PARAMETERS)
{
    TCM_FOR_EACH_MATRIX(from, to)
    {
        for (int32_t next_row = 0; next_row < rows; next_row += 16) {
            const int32_t row = tcm_matrix_block(next_row, 16, rows);
            for (int32_t next = 0; next < columns; next += 4) {
                const int32_t column = tcm_matrix_block(next, 4, columns);
                transpose_s8_vectors(input + from + row + column * column_stride, column_stride,
                                     output + to + row * row_stride + column, row_stride);
            }
        }
    }
}

#endif
