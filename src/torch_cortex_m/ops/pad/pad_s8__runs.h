/* A constant border around a tensor: every byte of the output is written once and in order, with the border between two
 * runs of the input filled at once. The innermost loop's elements lie together. */
#ifndef PAD_S8__RUNS_H
#define PAD_S8__RUNS_H

#include "tcm_copy.h"

TCM_KERNEL void pad_s8__runs(const int8_t *input, int8_t *output, int32_t value, int32_t output_elements,
                             int32_t output_start, int32_t size_0, int32_t size_1, int32_t size_2, int32_t size_3,
                             int32_t size_4, int32_t size_5, int32_t output_stride_0, int32_t output_stride_1,
                             int32_t output_stride_2, int32_t output_stride_3, int32_t output_stride_4)
{
    int8_t *next = output;
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++) {
                        const int8_t *row = output + output_start + i0 * output_stride_0 + i1 * output_stride_1 +
                                            i2 * output_stride_2 + i3 * output_stride_3 + i4 * output_stride_4;
                        if (i4 == 0) {
                            next = tcm_fill(next, value, (int32_t)(row - next));
                        } else {
                            /* As many each time: a literal, of which no loop is left. */
                            next = tcm_fill(next, value, output_stride_4 - size_5);
                        }
                        next = tcm_copy(next, input, size_5);
                        input += size_5;
                    }
                }
            }
        }
    }
    tcm_fill(next, value, (int32_t)(output + output_elements - next));
}

#endif
