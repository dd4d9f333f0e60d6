/* One of two bytes, as a truth value says, with broadcasting, portable reference: a stride of 0 repeats an operand. */
#ifndef WHERE_BYTES__REF_H
#define WHERE_BYTES__REF_H

#include "tcm.h"

TCM_KERNEL void where_bytes__ref(const void *condition, const void *input, const void *other, void *output,
                                  int32_t size_0, int32_t size_1, int32_t size_2, int32_t size_3, int32_t size_4,
                                  int32_t size_5, int32_t condition_stride_0, int32_t condition_stride_1,
                                  int32_t condition_stride_2, int32_t condition_stride_3, int32_t condition_stride_4,
                                  int32_t condition_stride_5, int32_t input_stride_0, int32_t input_stride_1,
                                  int32_t input_stride_2, int32_t input_stride_3, int32_t input_stride_4,
                                  int32_t input_stride_5, int32_t other_stride_0, int32_t other_stride_1,
                                  int32_t other_stride_2, int32_t other_stride_3, int32_t other_stride_4,
                                  int32_t other_stride_5)
{
    const uint8_t *truths = condition;
    const uint8_t *inputs = input;
    const uint8_t *others = other;
    uint8_t *outputs = output;
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++) {
                        const uint8_t *truth = truths + i0 * condition_stride_0 + i1 * condition_stride_1 +
                                               i2 * condition_stride_2 + i3 * condition_stride_3 +
                                               i4 * condition_stride_4;
                        const uint8_t *a = inputs + i0 * input_stride_0 + i1 * input_stride_1 + i2 * input_stride_2 +
                                           i3 * input_stride_3 + i4 * input_stride_4;
                        const uint8_t *b = others + i0 * other_stride_0 + i1 * other_stride_1 + i2 * other_stride_2 +
                                           i3 * other_stride_3 + i4 * other_stride_4;
                        for (int32_t i5 = 0; i5 < size_5; i5++) {
                            *outputs++ = truth[i5 * condition_stride_5] != 0 ? a[i5 * input_stride_5]
                                                                             : b[i5 * other_stride_5];
                        }
                    }
                }
            }
        }
    }
}

#endif
