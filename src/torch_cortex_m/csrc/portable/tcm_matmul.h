/* Products of batches of matrices: the loops over batches that all kernels share.
 *
 * A kernel has the parameters input, other and output, then TCM_MATMUL_PARAMETERS. A batch stride of 0 repeats a matrix;
 * the strides of a matrix count elements from one row, column or depth to the next. */
#ifndef TCM_MATMUL_H
#define TCM_MATMUL_H

#include "tcm.h"

#define TCM_MATMUL_PARAMETERS                                                                                         \
    int32_t size_2, int32_t size_3, int32_t size_4, int32_t size_5, int32_t input_stride_2, int32_t input_stride_3,   \
        int32_t input_stride_4, int32_t input_stride_5, int32_t other_stride_2, int32_t other_stride_3,               \
        int32_t other_stride_4, int32_t other_stride_5, int32_t rows, int32_t depth, int32_t columns,                 \
        int32_t input_row_stride, int32_t input_depth_stride, int32_t other_depth_stride,                             \
        int32_t other_column_stride

/* Before a statement that computes one product: that of the matrices at input[a] and other[b], to output. */
#define TCM_FOR_EACH_PRODUCT(a, b)                                                                                    \
    for (int32_t i2 = 0; i2 < size_2; i2++)                                                                           \
        for (int32_t i3 = 0; i3 < size_3; i3++)                                                                       \
            for (int32_t i4 = 0; i4 < size_4; i4++)                                                                   \
                for (int32_t i5 = 0,                                                                                  \
                             a = i2 * input_stride_2 + i3 * input_stride_3 + i4 * input_stride_4,                     \
                             b = i2 * other_stride_2 + i3 * other_stride_3 + i4 * other_stride_4;                     \
                     i5 < size_5; i5++, a += input_stride_5, b += other_stride_5, output += rows * columns)

#endif
