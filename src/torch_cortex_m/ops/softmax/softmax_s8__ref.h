/* Softmax over rows of int8, portable reference. Qi.f: fixed point, i integer and f fractional bits.
 * Output scale 1 / 256, zero point -128.
 * Source: gemmlowp's fixed point exponential and reciprocal, TensorFlow Lite's quantized SOFTMAX. The doubling high
 * multiply never meets the one product that gemmlowp saturates, -1 times -1 in Q0.31. */
#ifndef SOFTMAX_S8__REF_H
#define SOFTMAX_S8__REF_H

#include "tcm.h"

/* exp(value) in Q0.31 of value <= 0 in Q5.26: a polynomial around -1/8 on [-1/4, 0), then a factor exp(-2^k) for each
 * bit of the rest. */
TCM_KERNEL int32_t softmax_s8__ref_exp(int32_t value)
{
    static const int32_t exp_minus_powers[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t exp_minus_eighth = 1895147668;
    const int32_t third = 715827883;
    const int32_t quarter = INT32_C(1) << 24;
    if (value == 0) {
        return INT32_MAX;
    }
    const int32_t in_quarter = (value & (quarter - 1)) - quarter;
    const uint32_t rest = (uint32_t)(in_quarter - value);
    const int32_t x = in_quarter * 32 + (INT32_C(1) << 28);
    const int32_t x2 = tcm_doubling_high_multiply(x, x);
    const int32_t x3 = tcm_doubling_high_multiply(x2, x);
    const int32_t x4_over_4 = tcm_rounding_shift_right(tcm_doubling_high_multiply(x2, x2), 2);
    const int32_t tail = tcm_rounding_shift_right(tcm_doubling_high_multiply(x4_over_4 + x3, third) + x2, 1);
    int32_t result = exp_minus_eighth + tcm_doubling_high_multiply(exp_minus_eighth, x + tail);
    for (int32_t k = 0; k < 7; k++) {
        if (((rest >> (24 + k)) & 1) != 0) {
            result = tcm_doubling_high_multiply(result, exp_minus_powers[k]);
        }
    }
    return result;
}

/* 1 / (2 * denominator) in Q0.31, denominator in [1/2, 1) in Q0.31: three Newton steps in Q2.29. */
TCM_KERNEL int32_t softmax_s8__ref_reciprocal(int32_t denominator)
{
    const int32_t one = INT32_C(1) << 29;
    const int32_t forty_eight_seventeenths = 1515870810;
    const int32_t minus_thirty_two_seventeenths = -1010580540;
    int32_t x = forty_eight_seventeenths + tcm_doubling_high_multiply(denominator, minus_thirty_two_seventeenths);
    for (int32_t step = 0; step < 3; step++) {
        const int32_t error = one - tcm_doubling_high_multiply(denominator, x);
        x += tcm_doubling_high_multiply(x, error) * 4;
    }
    return x > INT32_MAX / 2 ? INT32_MAX : x * 2;
}

/* exp of a difference to the row's largest value, in Q0.31; 0 below diff_min. */
TCM_KERNEL int32_t softmax_s8__ref_term(int32_t difference, int32_t input_multiplier, int32_t input_left_shift,
                                        int32_t diff_min)
{
    if (difference < diff_min) {
        return 0;
    }
    const int32_t shifted = (int32_t)((uint32_t)difference << input_left_shift);
    return softmax_s8__ref_exp(tcm_doubling_high_multiply(shifted, input_multiplier));
}

/* mask: mask_rows rows, over and over; what it is not zero for does not count. */
TCM_KERNEL void softmax_s8__ref(const int8_t *input, const uint8_t *mask, int8_t *output, int32_t rows,
                                int32_t row_size, int32_t mask_rows, int32_t input_multiplier,
                                int32_t input_left_shift, int32_t diff_min)
{
    for (int32_t row = 0; row < rows; row++, input += row_size, output += row_size) {
        const uint8_t *left_out = mask != NULL ? mask + row % mask_rows * row_size : NULL;
        int32_t largest = -128;
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t counts = left_out == NULL || left_out[i] == 0;
            largest = counts && input[i] > largest ? input[i] : largest;
        }
        uint32_t sum = 0; /* Q12.19 */
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t counts = left_out == NULL || left_out[i] == 0;
            const int32_t term =
                counts ? softmax_s8__ref_term(input[i] - largest, input_multiplier, input_left_shift, diff_min) : 0;
            sum += (uint32_t)tcm_rounding_shift_right(term, 12);
        }
        /* Without terms, as a positive diff_min has it, every product is zero, whatever the reciprocal. */
        uint32_t normalized = sum != 0 ? sum : 1;
        int32_t shift = 35;
        while (normalized < UINT32_C(1) << 31) {
            normalized <<= 1;
            shift--;
        }
        const int32_t reciprocal = softmax_s8__ref_reciprocal((int32_t)(normalized >> 1));
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t counts = left_out == NULL || left_out[i] == 0;
            const int32_t term =
                counts ? softmax_s8__ref_term(input[i] - largest, input_multiplier, input_left_shift, diff_min) : 0;
            const int32_t product = tcm_doubling_high_multiply(reciprocal, term);
            /* A product is less than one: shifted by more than 31, it rounds to zero. */
            const int32_t scaled = shift > 31 ? 0 : tcm_rounding_shift_right(product, shift);
            output[i] = (int8_t)tcm_clamp(scaled - 128, -128, 127);
        }
    }
}

#endif
