/* Softmax over rows of int8: an exponential per element, kept in scratch. Qi.f: fixed point, i integer and f fractional
 * bits. */
#ifndef SOFTMAX_S8__ONCE_H
#define SOFTMAX_S8__ONCE_H

#include "tcm_softmax.h"

/* exp(value) in Q0.31 of value <= 0 in Q5.26: a polynomial around -1/8 on [-1/4, 0), then a factor exp(-2^k) for each
 * bit of the rest. */
TCM_KERNEL int32_t softmax_s8_exp(int32_t value)
{
    static const int32_t exp_minus_powers[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
    const int32_t exp_minus_eighth = 1895147668;
    const int32_t third = 715827883;
    const int32_t quarter = INT32_C(1) << 24;
    if (value == 0) {
        return INT32_MAX;
    }
    const int32_t in_quarter = (value & (quarter - 1)) - quarter;
    uint32_t rest = (uint32_t)(in_quarter - value) >> 24;
    const int32_t x = in_quarter * 32 + (INT32_C(1) << 28);
    const int32_t x2 = tcm_multiply_doubled(x, x);
    const int32_t x3 = tcm_multiply_doubled(x2, x);
    /* A square, and a quarter of it, is not negative. */
    const int32_t x4_over_4 = (tcm_multiply_doubled(x2, x2) + 2) >> 2;
    const int32_t tail = tcm_rounding_shift_right(tcm_multiply_doubled(x4_over_4 + x3, third) + x2, 1);
    int32_t result = exp_minus_eighth + tcm_multiply_doubled(exp_minus_eighth, x + tail);
    for (const int32_t *factor = exp_minus_powers; rest != 0; factor++) {
        if ((rest & 1) != 0) {
            result = tcm_multiply_doubled(result, *factor);
        }
        rest >>= 1;
    }
    return result;
}

TCM_KERNEL void softmax_s8__once(const int8_t *input, int8_t *output, uint8_t *scratch, int32_t rows, int32_t row_size,
                                 int32_t input_multiplier, int32_t input_left_shift, int32_t diff_min)
{
    uint32_t *const exponentials = (uint32_t *)(void *)scratch;
    for (int32_t row = 0; row < rows; row++) {
        const int32_t largest = tcm_softmax_largest(input, row_size);
        uint32_t sum = 0;
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t difference = input[i] - largest;
            uint32_t exponential = 0;
            if (difference >= diff_min) {
                const int32_t shifted = (int32_t)((uint32_t)difference << input_left_shift);
                exponential = (uint32_t)softmax_s8_exp(tcm_multiply_doubled(shifted, input_multiplier));
            }
            exponentials[i] = exponential;
            sum += tcm_softmax_summand(exponential);
        }
        const tcm_softmax_scale scale = tcm_softmax_invert(sum);
        for (int32_t i = 0; i < row_size; i++) {
            output[i] = tcm_softmax_output(exponentials[i], scale);
        }
        input += row_size;
        output += row_size;
    }
}

#endif
