/* Quantized addition for cores with the DSP extension: int8, four elements at a time; a stride of 0 repeats an operand.
 *
 * is_linear: the output is floor((addend + floor(input_factor * a / 2^8) + floor(other_factor * b / 2^8)) /
 * 2^common_shift), limited; ops/add/kernels_dsp.py has checked that for every pair of operands.
 * Otherwise both operands and their sum are rescaled as the reference does it, with right shifts only. */
#ifndef ADD_S8__WORDS_DSP_H
#define ADD_S8__WORDS_DSP_H

#include "tcm_dsp.h"

typedef struct {
    int32_t is_linear;
    int32_t input_factor;
    int32_t other_factor;
    int32_t addend;
    int32_t common_shift;
    int32_t left_shift;
    int32_t input_offset;
    int32_t input_multiplier;
    int32_t input_shift;
    int32_t other_offset;
    int32_t other_multiplier;
    int32_t other_shift;
    int32_t output_multiplier;
    int32_t activation_min;
    int32_t activation_max;
} add_s8_words;

/* An operand in the scale that both share. */
TCM_KERNEL int32_t add_s8_rescale(int32_t value, int32_t left_shift, int32_t multiplier, int32_t shift)
{
    const int32_t doubled = (int32_t)((uint32_t)value << (left_shift + 1));
    if (shift == 0) {
        return tcm_smmlar(doubled, multiplier, 0);
    }
    const int32_t half = INT32_C(1) << (-shift - 1);
    return tcm_smmlar(doubled, multiplier, half + (doubled >> 31)) >> -shift;
}

/* The output before its limits, times 2^common_shift. Operands are bytes 1 (low) or 3 of a and b; the rest is zero. */
TCM_KERNEL int32_t add_s8_scaled(const add_s8_words *add, uint32_t a, uint32_t b, int32_t is_low)
{
    if (add->is_linear && is_low) {
        return tcm_smlawb(add->other_factor, (int32_t)b, tcm_smlawb(add->input_factor, (int32_t)a, add->addend));
    }
    if (add->is_linear) {
        return tcm_smlawt(add->other_factor, (int32_t)b, tcm_smlawt(add->input_factor, (int32_t)a, add->addend));
    }
    const int32_t first = is_low ? (int8_t)(a >> 8) : (int8_t)(a >> 24);
    const int32_t second = is_low ? (int8_t)(b >> 8) : (int8_t)(b >> 24);
    const int32_t sum =
        add_s8_rescale(first + add->input_offset, add->left_shift, add->input_multiplier, add->input_shift) +
        add_s8_rescale(second + add->other_offset, add->left_shift, add->other_multiplier, add->other_shift);
    return tcm_smmlar(2 * sum, add->output_multiplier, add->addend + (sum >> 31));
}

TCM_KERNEL int8_t add_s8_element(const add_s8_words *add, uint32_t a, uint32_t b, int32_t is_low)
{
    int32_t value = tcm_shift_saturate_s8(add_s8_scaled(add, a, b, is_low), add->common_shift);
    if (add->activation_min > -128 || add->activation_max < 127) {
        value = tcm_clamp(value, add->activation_min, add->activation_max);
    }
    return (int8_t)value;
}

/* The innermost loop; strides are 0 or 1. */
TCM_KERNEL void add_s8_run(const add_s8_words *add, const int8_t *input, int32_t input_stride, const int8_t *other,
                           int32_t other_stride, int8_t *output, int32_t size)
{
    const uint32_t bytes_1_and_3 = UINT32_C(0xff00ff00);
    for (int32_t word = 0; word < size / 4; word++) {
        const uint32_t a = input_stride != 0 ? tcm_load_word(input) : (uint8_t)*input * UINT32_C(0x01010101);
        const uint32_t b = other_stride != 0 ? tcm_load_word(other) : (uint8_t)*other * UINT32_C(0x01010101);
        const uint32_t even_a = (a << 8) & bytes_1_and_3;
        const uint32_t even_b = (b << 8) & bytes_1_and_3;
        const uint32_t odd_a = a & bytes_1_and_3;
        const uint32_t odd_b = b & bytes_1_and_3;
        output[0] = add_s8_element(add, even_a, even_b, 1);
        output[1] = add_s8_element(add, odd_a, odd_b, 1);
        output[2] = add_s8_element(add, even_a, even_b, 0);
        output[3] = add_s8_element(add, odd_a, odd_b, 0);
        input += 4 * input_stride;
        other += 4 * other_stride;
        output += 4;
    }
    for (int32_t i = 0; i < size % 4; i++) {
        const uint32_t a = (uint32_t)(uint8_t)input[i * input_stride] << 8;
        const uint32_t b = (uint32_t)(uint8_t)other[i * other_stride] << 8;
        output[i] = add_s8_element(add, a, b, 1);
    }
}

TCM_KERNEL void add_s8__words_dsp(
    const int8_t *input, const int8_t *other, int8_t *output, int32_t size_0, int32_t size_1, int32_t size_2,
    int32_t size_3, int32_t size_4, int32_t size_5, int32_t input_stride_0, int32_t input_stride_1,
    int32_t input_stride_2, int32_t input_stride_3, int32_t input_stride_4, int32_t input_stride_5,
    int32_t other_stride_0, int32_t other_stride_1, int32_t other_stride_2, int32_t other_stride_3,
    int32_t other_stride_4, int32_t other_stride_5, int32_t is_linear, int32_t input_factor, int32_t other_factor,
    int32_t addend, int32_t common_shift, int32_t left_shift, int32_t input_offset, int32_t input_multiplier,
    int32_t input_shift, int32_t other_offset, int32_t other_multiplier, int32_t other_shift, int32_t output_multiplier,
    int32_t activation_min, int32_t activation_max)
{
    const add_s8_words add = {
        .is_linear = is_linear,
        .input_factor = input_factor,
        .other_factor = other_factor,
        .addend = addend,
        .common_shift = common_shift,
        .left_shift = left_shift,
        .input_offset = input_offset,
        .input_multiplier = input_multiplier,
        .input_shift = input_shift,
        .other_offset = other_offset,
        .other_multiplier = other_multiplier,
        .other_shift = other_shift,
        .output_multiplier = output_multiplier,
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
                        add_s8_run(&add, input_run, input_stride_5, other_run, other_stride_5, output, size_5);
                        output += size_5;
                    }
                }
            }
        }
    }
}

#endif
