/* Reordering of dimensions, portable reference: the output is written in order, the input read with strides. */
#ifndef TRANSPOSE_S8__REF_H
#define TRANSPOSE_S8__REF_H

#include "tcm.h"

TCM_KERNEL void transpose_s8__ref(const int8_t *input, int8_t *output, int32_t size_0, int32_t size_1, int32_t size_2,
                                  int32_t size_3, int32_t size_4, int32_t size_5, int32_t input_stride_0,
                                  int32_t input_stride_1, int32_t input_stride_2, int32_t input_stride_3,
                                  int32_t input_stride_4, int32_t input_stride_5)
{
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++) {
                        const int8_t *row = input + i0 * input_stride_0 + i1 * input_stride_1 + i2 * input_stride_2 +
                                            i3 * input_stride_3 + i4 * input_stride_4;
                        for (int32_t i5 = 0; i5 < size_5; i5++) {
                            *output++ = row[i5 * input_stride_5];
                        }
                    }
                }
            }
        }
    }
}

#endif
