/* Quantized addition for cores without SIMD as a linear form of the operands: (input_factor * a + other_factor * b +
 * addend) / 2^common_shift, rounded down and limited. ops/add/kernels_mve.py has checked that for every pair of
 * operands. A stride of 0 repeats an operand. */
#ifndef ADD_S8__LINEAR_SCALAR_H
#define ADD_S8__LINEAR_SCALAR_H

#include "tcm_scalar.h"

enum { ADD_S8_AT_ONCE = 4 };

typedef struct {
    int32_t input_factor;
    int32_t other_factor;
    int32_t addend;
    int32_t common_shift;
    int32_t activation_min;
    int32_t activation_max;
} add_s8_linear;

TCM_KERNEL int8_t add_s8_linear_element(const add_s8_linear *add, int32_t a, int32_t b)
{
    const int32_t sum = a * add->input_factor + add->addend + b * add->other_factor;
    return tcm_limit_s8(sum >> add->common_shift, add->activation_min, add->activation_max);
}

/* The innermost loop. */
TCM_KERNEL void add_s8_linear_run(const add_s8_linear *add, const int8_t *input, int32_t input_stride,
                                  const int8_t *other, int32_t other_stride, int8_t *output, int32_t size)
{
    for (int32_t i = 0; i < size / ADD_S8_AT_ONCE; i++) {
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < ADD_S8_AT_ONCE; k++) {
            output[k] = add_s8_linear_element(add, input[k * input_stride], other[k * other_stride]);
        }
        input += ADD_S8_AT_ONCE * input_stride;
        other += ADD_S8_AT_ONCE * other_stride;
        output += ADD_S8_AT_ONCE;
    }
    for (int32_t i = 0; i < size % ADD_S8_AT_ONCE; i++) {
        output[i] = add_s8_linear_element(add, input[i * input_stride], other[i * other_stride]);
    }
}

TCM_KERNEL void add_s8__linear_scalar(
    const int8_t *input, const int8_t *other, int8_t *output, int32_t size_0, int32_t size_1, int32_t size_2,
    int32_t size_3, int32_t size_4, int32_t size_5, int32_t input_stride_0, int32_t input_stride_1,
    int32_t input_stride_2, int32_t input_stride_3, int32_t input_stride_4, int32_t input_stride_5,
    int32_t other_stride_0, int32_t other_stride_1, int32_t other_stride_2, int32_t other_stride_3,
    int32_t other_stride_4, int32_t other_stride_5, int32_t input_factor, int32_t other_factor, int32_t addend,
    int32_t common_shift, int32_t activation_min, int32_t activation_max)
{
    const add_s8_linear add = {
        .input_factor = input_factor,
        .other_factor = other_factor,
        .addend = addend,
        .common_shift = common_shift,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++) {
                        const int8_t *input_run = input + i0 * input_stride_0 + i1 * input_stride_1 +
                                                  i2 * input_stride_2 + i3 * input_stride_3 + i4 * input_stride_4;
                        const int8_t *other_run = other + i0 * other_stride_0 + i1 * other_stride_1 +
                                                  i2 * other_stride_2 + i3 * other_stride_3 + i4 * other_stride_4;
                        add_s8_linear_run(&add, input_run, input_stride_5, other_run, other_stride_5, output, size_5);
                        output += size_5;
                    }
                }
            }
        }
    }
}

#endif
