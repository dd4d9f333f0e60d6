/* Matrix products of int16 tensors, portable reference: a batch stride of 0 repeats a matrix. */
#ifndef BATCH_MATMUL_S16__REF_H
#define BATCH_MATMUL_S16__REF_H

#include "tcm_wide.h"

TCM_KERNEL void batch_matmul_s16__ref(const int16_t *input, const int16_t *other, int16_t *output, int32_t size_2,
                                      int32_t size_3, int32_t size_4, int32_t size_5, int32_t input_stride_2,
                                      int32_t input_stride_3, int32_t input_stride_4, int32_t input_stride_5,
                                      int32_t other_stride_2, int32_t other_stride_3, int32_t other_stride_4,
                                      int32_t other_stride_5, int32_t rows, int32_t depth, int32_t columns,
                                      int32_t input_row_stride, int32_t input_depth_stride, int32_t other_depth_stride,
                                      int32_t other_column_stride, int32_t multiplier, int32_t shift,
                                      int32_t activation_min, int32_t activation_max)
{
    for (int32_t batch = 0; batch < size_2 * size_3 * size_4 * size_5; batch++) {
        const int32_t i5 = batch % size_5;
        const int32_t i4 = batch / size_5 % size_4;
        const int32_t i3 = batch / size_5 / size_4 % size_3;
        const int32_t i2 = batch / size_5 / size_4 / size_3;
        const int16_t *left =
            input + i2 * input_stride_2 + i3 * input_stride_3 + i4 * input_stride_4 + i5 * input_stride_5;
        const int16_t *right =
            other + i2 * other_stride_2 + i3 * other_stride_3 + i4 * other_stride_4 + i5 * other_stride_5;
        for (int32_t row = 0; row < rows; row++) {
            for (int32_t column = 0; column < columns; column++) {
                int64_t sum = 0;
                for (int32_t k = 0; k < depth; k++) {
                    sum += left[row * input_row_stride + k * input_depth_stride] *
                           right[k * other_depth_stride + column * other_column_stride];
                }
                *output++ = tcm_output_s16(sum, 1, multiplier, shift, activation_min, activation_max);
            }
        }
    }
}

#endif
