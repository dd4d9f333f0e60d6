/* Logarithms of the softmax of rows of int8, portable reference. Qi.f: fixed point, i integer and f fractional bits.
 * Source: TensorFlow Lite's quantized LOG_SOFTMAX on gemmlowp's fixed point functions. */
#ifndef LOG_SOFTMAX_S8__REF_H
#define LOG_SOFTMAX_S8__REF_H

#include "tcm.h"

TCM_KERNEL int32_t log_softmax_s8__ref_leading_zeros(uint32_t value)
{
    int32_t zeros = 0;
    while (value < UINT32_C(1) << 31) {
        value <<= 1;
        zeros++;
    }
    return zeros;
}

/* 1 / (1 + value) in Q0.31 of Q0.31: three Newton steps in Q2.29. */
TCM_KERNEL int32_t log_softmax_s8__ref_reciprocal_of_one_plus(int32_t value)
{
    const int32_t half = (int32_t)(((uint32_t)value + (UINT32_C(1) << 31)) >> 1);
    int32_t x = 1515870810 + tcm_doubling_high_multiply(half, -1010580540);
    for (int32_t step = 0; step < 3; step++) {
        const int32_t error = (INT32_C(1) << 29) - tcm_doubling_high_multiply(half, x);
        x += tcm_doubling_high_multiply(x, error) * 4;
    }
    return x > INT32_MAX / 2 ? INT32_MAX : x * 2;
}

/* log(value) + log(2) / 4 in Q6.25 of value in Q0.31, in [sqrt(1/2), 1]: a fraction of polynomials. */
TCM_KERNEL int32_t log_softmax_s8__ref_logarithm_of_rest(int32_t value)
{
    const int32_t fourth_root_of_half = 1805811301;
    const int32_t half_sum = (int32_t)(((uint32_t)value + (uint32_t)fourth_root_of_half + 1) >> 1);
    const int32_t x = (value - fourth_root_of_half) * 2;
    const int32_t x2 = tcm_doubling_high_multiply(x, x);
    const int32_t x3 = tcm_doubling_high_multiply(x, x2);
    const int32_t numerator = tcm_doubling_high_multiply(x, value) + tcm_doubling_high_multiply(x3, 117049297);
    const int32_t denominator =
        tcm_doubling_high_multiply(half_sum, 1057819769 + x + tcm_doubling_high_multiply(x2, 127690142)) +
        tcm_doubling_high_multiply(x, 638450708);
    const int32_t reciprocal = log_softmax_s8__ref_reciprocal_of_one_plus(denominator);
    return tcm_doubling_high_multiply(tcm_rounding_shift_right(numerator, 6), reciprocal);
}

/* log(value) in Q5.26 of value in Q12.19, in [1, 4096): a power of two or of sqrt(2), and the rest. */
TCM_KERNEL int32_t log_softmax_s8__ref_logarithm(int32_t value)
{
    const int32_t root_of_half = 1518500250;
    const int32_t quarter = INT32_C(1) << 23;
    const int32_t zeros = log_softmax_s8__ref_leading_zeros((uint32_t)value);
    const int32_t turned = tcm_doubling_high_multiply(value, root_of_half);
    const int32_t turned_shift = log_softmax_s8__ref_leading_zeros((uint32_t)turned) - 1;
    const int32_t normalized = (int32_t)((uint32_t)value << (zeros - 1));
    const int32_t half_first = tcm_doubling_high_multiply(normalized, root_of_half);
    const int32_t first = half_first > INT32_MAX / 2 ? INT32_MAX : half_first * 2;
    const uint32_t unlimited = (uint32_t)value << turned_shift;
    const int32_t second = unlimited > INT32_MAX ? INT32_MAX : (int32_t)unlimited;
    const int32_t first_power = (12 - zeros) * (INT32_C(1) << 25) + quarter;
    const int32_t second_power = (12 - turned_shift) * (INT32_C(1) << 25) - quarter;
    const int32_t power = first_power > second_power ? first_power : second_power;
    const int32_t rest = log_softmax_s8__ref_logarithm_of_rest(first < second ? first : second);
    return (tcm_doubling_high_multiply(power, 1488522236) + rest) * 2;
}

/* The same of a row's sum, in [1, 8192). */
TCM_KERNEL int32_t log_softmax_s8__ref_logarithm_of_sum(uint32_t sum)
{
    const int32_t log_2 = 46516320;
    return sum > INT32_MAX ? log_softmax_s8__ref_logarithm((int32_t)(sum >> 1)) + log_2
                           : log_softmax_s8__ref_logarithm((int32_t)sum);
}

TCM_KERNEL void log_softmax_s8__ref(const int8_t *input, const int32_t *exponentials, const int32_t *steps,
                                    int8_t *output, int32_t rows, int32_t row_size, int32_t logarithm_factor,
                                    int32_t shift, int32_t output_offset, int32_t activation_min,
                                    int32_t activation_max)
{
    for (int32_t row = 0; row < rows; row++, input += row_size, output += row_size) {
        int32_t largest = input[0];
        for (int32_t i = 1; i < row_size; i++) {
            largest = input[i] > largest ? input[i] : largest;
        }
        uint32_t sum = 0;
        for (int32_t i = 0; i < row_size; i++) {
            sum += (uint32_t)exponentials[largest - input[i]];
        }
        const int64_t logarithm = log_softmax_s8__ref_logarithm_of_sum(sum);
        const int32_t subtracted = (int32_t)((logarithm * logarithm_factor) >> 30);
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t scaled = tcm_rounding_shift_right(steps[largest - input[i]] - subtracted, shift);
            output[i] = (int8_t)tcm_clamp(scaled + output_offset, activation_min, activation_max);
        }
    }
}

#endif
