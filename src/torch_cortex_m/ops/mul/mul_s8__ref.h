/* Quantized multiplication with broadcasting, portable reference: int8, a stride of 0 repeats an operand. */
#ifndef MUL_S8__REF_H
#define MUL_S8__REF_H

#include "tcm.h"

TCM_KERNEL void mul_s8__ref(const int8_t *input, const int8_t *other, int8_t *output, int32_t size_0, int32_t size_1,
                            int32_t size_2, int32_t size_3, int32_t size_4, int32_t size_5, int32_t input_stride_0,
                            int32_t input_stride_1, int32_t input_stride_2, int32_t input_stride_3,
                            int32_t input_stride_4, int32_t input_stride_5, int32_t other_stride_0,
                            int32_t other_stride_1, int32_t other_stride_2, int32_t other_stride_3,
                            int32_t other_stride_4, int32_t other_stride_5, int32_t input_offset, int32_t other_offset,
                            int32_t output_offset, int32_t multiplier, int32_t shift, int32_t activation_min,
                            int32_t activation_max)
{
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++) {
                        const int8_t *input_row = input + i0 * input_stride_0 + i1 * input_stride_1 +
                                                  i2 * input_stride_2 + i3 * input_stride_3 + i4 * input_stride_4;
                        const int8_t *other_row = other + i0 * other_stride_0 + i1 * other_stride_1 +
                                                  i2 * other_stride_2 + i3 * other_stride_3 + i4 * other_stride_4;
                        for (int32_t i5 = 0; i5 < size_5; i5++) {
                            const int32_t a = input_row[i5 * input_stride_5] + input_offset;
                            const int32_t b = other_row[i5 * other_stride_5] + other_offset;
                            *output++ = tcm_requantize_s8(a * b, multiplier, shift, output_offset, activation_min,
                                                          activation_max);
                        }
                    }
                }
            }
        }
    }
}

#endif
