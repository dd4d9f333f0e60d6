/* A constant border around a tensor, portable reference: int16, fill, then copy the input to its place. */
#ifndef PAD_S16__REF_H
#define PAD_S16__REF_H

#include "tcm.h"

TCM_KERNEL void pad_s16__ref(const int16_t *input, int16_t *output, int32_t value, int32_t output_elements,
                             int32_t output_start, int32_t size_0, int32_t size_1, int32_t size_2, int32_t size_3,
                             int32_t size_4, int32_t size_5, int32_t output_stride_0, int32_t output_stride_1,
                             int32_t output_stride_2, int32_t output_stride_3, int32_t output_stride_4,
                             int32_t output_stride_5)
{
    for (int32_t i = 0; i < output_elements; i++) {
        output[i] = (int16_t)value;
    }
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++) {
                        int16_t *row = output + output_start + i0 * output_stride_0 + i1 * output_stride_1 +
                                       i2 * output_stride_2 + i3 * output_stride_3 + i4 * output_stride_4;
                        for (int32_t i5 = 0; i5 < size_5; i5++) {
                            row[i5 * output_stride_5] = *input++;
                        }
                    }
                }
            }
        }
    }
}

#endif
