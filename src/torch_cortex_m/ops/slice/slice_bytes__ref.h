/* Elements of a tensor of any element type at equal distances, run by run of bytes that lie together. */
#ifndef SLICE_BYTES__REF_H
#define SLICE_BYTES__REF_H

#include "tcm_copy.h"

TCM_KERNEL void slice_bytes__ref(const void *input, void *output, int32_t input_start, int32_t run_bytes,
                                 int32_t size_0, int32_t size_1, int32_t size_2, int32_t size_3, int32_t size_4,
                                 int32_t size_5, int32_t input_stride_0, int32_t input_stride_1,
                                 int32_t input_stride_2, int32_t input_stride_3, int32_t input_stride_4,
                                 int32_t input_stride_5)
{
    const int8_t *start = (const int8_t *)input + input_start;
    int8_t *next = output;
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++) {
                        const int8_t *row = start + i0 * input_stride_0 + i1 * input_stride_1 + i2 * input_stride_2 +
                                            i3 * input_stride_3 + i4 * input_stride_4;
                        for (int32_t i5 = 0; i5 < size_5; i5++) {
                            next = tcm_copy(next, row + i5 * input_stride_5, run_bytes);
                        }
                    }
                }
            }
        }
    }
}

#endif
