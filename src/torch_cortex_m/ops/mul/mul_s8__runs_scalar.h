/* Quantized multiplication for cores without SIMD: int8. The product's high word comes from one multiplication, with a
 * single shift behind it. addend is 2^(right_shift - 1) + output_offset * 2^right_shift. A stride of 0 repeats an
 * operand. */
#ifndef MUL_S8__RUNS_SCALAR_H
#define MUL_S8__RUNS_SCALAR_H

#include "tcm_broadcast.h"
#include "tcm_scalar.h"

enum { MUL_S8_AT_ONCE = 4 };

typedef struct {
    int32_t input_offset;
    int32_t other_offset;
    int32_t parameters[3]; /* right shift, multiplier, addend */
    tcm_scalar_outputs outputs;
} mul_s8_scalar;

TCM_KERNEL int8_t mul_s8_scalar_element(const mul_s8_scalar *mul, int32_t a, int32_t b)
{
    const int32_t product = (a + mul->input_offset) * (b + mul->other_offset);
    return tcm_scalar_output(product, mul->parameters, &mul->outputs);
}

/* The innermost loop. */
TCM_KERNEL void mul_s8_scalar_run(const mul_s8_scalar *mul, const int8_t *input, int32_t input_stride,
                                  const int8_t *other, int32_t other_stride, int8_t *output, int32_t size)
{
    for (int32_t i = 0; i < size / MUL_S8_AT_ONCE; i++) {
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < MUL_S8_AT_ONCE; k++) {
            output[k] = mul_s8_scalar_element(mul, input[k * input_stride], other[k * other_stride]);
        }
        input += MUL_S8_AT_ONCE * input_stride;
        other += MUL_S8_AT_ONCE * other_stride;
        output += MUL_S8_AT_ONCE;
    }
    for (int32_t i = 0; i < size % MUL_S8_AT_ONCE; i++) {
        output[i] = mul_s8_scalar_element(mul, input[i * input_stride], other[i * other_stride]);
    }
}

TCM_KERNEL void mul_s8__runs_scalar(const int8_t *input, const int8_t *other, int8_t *output, TCM_BROADCAST_PARAMETERS,
                                    int32_t input_offset, int32_t other_offset, int32_t multiplier, int32_t addend,
                                    int32_t right_shift, int32_t activation_min, int32_t activation_max)
{
    const mul_s8_scalar mul = {
        .input_offset = input_offset,
        .other_offset = other_offset,
        .parameters = {right_shift, multiplier, addend},
        .outputs =
            {
                .way = TCM_SCALAR_RIGHT,
                .activation_min = activation_min,
                .activation_max = activation_max,
            },
    };
    TCM_FOR_EACH_RUN(a, b)
    {
        mul_s8_scalar_run(&mul, input + a, input_stride_5, other + b, other_stride_5, output, size_5);
    }
}

#endif
