/* Quantized multiplication for cores with the DSP extension: int8, four elements at a time.
 *
 * addend is 2^(right_shift - 1) + output_offset * 2^right_shift; subtracting 1 from what is negative before the shift
 * makes its ties round away from zero. */
#ifndef MUL_S8__WORDS_DSP_H
#define MUL_S8__WORDS_DSP_H

#include "tcm_broadcast.h"
#include "tcm_dsp.h"

typedef struct {
    int32_t input_offset;
    int32_t other_offset;
    int32_t multiplier;
    int32_t addend;
    int32_t right_shift;
    int32_t activation_min;
    int32_t activation_max;
} mul_s8_words;

/* The output for twice the product. */
TCM_KERNEL int8_t mul_s8_output(const mul_s8_words *mul, int32_t doubled)
{
    const int32_t sum = tcm_smmlar(doubled, mul->multiplier, mul->addend + (doubled >> 31));
    int32_t value = tcm_shift_saturate_s8(sum, mul->right_shift);
    if (mul->activation_min > -128 || mul->activation_max < 127) {
        value = tcm_clamp(value, mul->activation_min, mul->activation_max);
    }
    return (int8_t)value;
}

/* The innermost loop; strides are 0 or 1. */
TCM_KERNEL void mul_s8_run(const mul_s8_words *mul, const int8_t *input, int32_t input_stride, const int8_t *other,
                           int32_t other_stride, int8_t *output, int32_t size)
{
    const uint32_t input_offsets = (uint32_t)(mul->input_offset & 0xffff) * UINT32_C(0x00010001);
    const uint32_t other_offsets = (uint32_t)(mul->other_offset & 0xffff) * UINT32_C(0x00010001);
    for (int32_t word = 0; word < size / 4; word++) {
        const uint32_t a = input_stride != 0 ? tcm_load_word(input) : (uint8_t)*input * UINT32_C(0x01010101);
        const uint32_t b = other_stride != 0 ? tcm_load_word(other) : (uint8_t)*other * UINT32_C(0x01010101);
        const int32_t even_a = (int32_t)tcm_sxtab16(input_offsets, a);
        const int32_t odd_a = (int32_t)tcm_sxtab16_odd(input_offsets, a);
        const uint32_t even = tcm_sxtab16(other_offsets, b);
        const uint32_t odd = tcm_sxtab16_odd(other_offsets, b);
        const int32_t even_b = (int32_t)tcm_sadd16(even, even);
        const int32_t odd_b = (int32_t)tcm_sadd16(odd, odd);
        output[0] = mul_s8_output(mul, (int16_t)even_a * (int16_t)even_b);
        output[1] = mul_s8_output(mul, (int16_t)odd_a * (int16_t)odd_b);
        output[2] = mul_s8_output(mul, (even_a >> 16) * (even_b >> 16));
        output[3] = mul_s8_output(mul, (odd_a >> 16) * (odd_b >> 16));
        input += 4 * input_stride;
        other += 4 * other_stride;
        output += 4;
    }
    for (int32_t i = 0; i < size % 4; i++) {
        const int32_t a = input[i * input_stride] + mul->input_offset;
        const int32_t b = other[i * other_stride] + mul->other_offset;
        output[i] = mul_s8_output(mul, 2 * a * b);
    }
}

TCM_KERNEL void mul_s8__words_dsp(const int8_t *input, const int8_t *other, int8_t *output, TCM_BROADCAST_PARAMETERS,
                                  int32_t input_offset, int32_t other_offset, int32_t multiplier, int32_t addend,
                                  int32_t right_shift, int32_t activation_min, int32_t activation_max)
{
    const mul_s8_words mul = {
        .input_offset = input_offset,
        .other_offset = other_offset,
        .multiplier = multiplier,
        .addend = addend,
        .right_shift = right_shift,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    TCM_FOR_EACH_RUN(a, b)
    {
        mul_s8_run(&mul, input + a, input_stride_5, other + b, other_stride_5, output, size_5);
    }
}

#endif
