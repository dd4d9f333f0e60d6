/* Transpositions that are one of matrices: the loops that kernels share.
 *
 * A kernel has the parameters input and output, then TCM_MATRICES_PARAMETERS. An element of a matrix is at
 * input[row + column * column_stride] and at output[row * row_stride + column]. */
#ifndef TCM_MATRICES_H
#define TCM_MATRICES_H

#include "tcm.h"

#define TCM_MATRICES_PARAMETERS                                                                                       \
    int32_t outer_size_0, int32_t outer_size_1, int32_t outer_size_2, int32_t outer_size_3,                           \
        int32_t outer_input_stride_0, int32_t outer_input_stride_1, int32_t outer_input_stride_2,                     \
        int32_t outer_input_stride_3, int32_t outer_output_stride_0, int32_t outer_output_stride_1,                   \
        int32_t outer_output_stride_2, int32_t outer_output_stride_3, int32_t rows, int32_t columns,                  \
        int32_t column_stride, int32_t row_stride

/* Before a statement that moves the matrix at input[from] to output[to]. */
#define TCM_FOR_EACH_MATRIX(from, to)                                                                                 \
    for (int32_t i0 = 0; i0 < outer_size_0; i0++)                                                                     \
        for (int32_t i1 = 0; i1 < outer_size_1; i1++)                                                                 \
            for (int32_t i2 = 0; i2 < outer_size_2; i2++)                                                             \
                for (int32_t i3 = 0,                                                                                  \
                             from = i0 * outer_input_stride_0 + i1 * outer_input_stride_1 + i2 * outer_input_stride_2,\
                             to = i0 * outer_output_stride_0 + i1 * outer_output_stride_1 +                           \
                                  i2 * outer_output_stride_2;                                                         \
                     i3 < outer_size_3; i3++, from += outer_input_stride_3, to += outer_output_stride_3)

/* Where the next block of a matrix begins: the last one may overlap the one before it. */
TCM_KERNEL int32_t tcm_matrix_block(int32_t next, int32_t block, int32_t size)
{
    return size % block == 0 || next + block <= size ? next : size - block;
}

#endif
