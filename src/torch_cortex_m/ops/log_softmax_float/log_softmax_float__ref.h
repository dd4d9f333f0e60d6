/* Logarithms of the softmax of rows of float32, portable reference. Exponentials and logarithms are computed in double
 * precision and rounded once, so that they need no library and are the same on every core. */
#ifndef LOG_SOFTMAX_FLOAT__REF_H
#define LOG_SOFTMAX_FLOAT__REF_H

#include "tcm.h"

/* 2^exponent, of an exponent that a double has. */
TCM_KERNEL double log_softmax_float__ref_power_of_two(int32_t exponent)
{
    const union {
        uint64_t bits;
        double value;
    } view = {(uint64_t)(exponent + 1023) << 52};
    return view.value;
}

/* exp(value), value <= 0: a power of two, and a series for the rest in [-log(2) / 2, log(2) / 2]. */
TCM_KERNEL float log_softmax_float__ref_exp(float value)
{
    const float zero_below = -104.0F;
    if (value < zero_below) {
        return 0.0F;
    }
    const int32_t power = (int32_t)((double)value * 1.4426950408889634 - 0.5);
    const double rest = (double)value - power * 0.6931471803691238 - power * 1.9082149292705877e-10;
    double result = 1.0;
    for (int32_t term = 14; term > 0; term--) {
        result = 1.0 + result * rest / term;
    }
    return (float)(result * log_softmax_float__ref_power_of_two(power));
}

/* log(value), value >= 1: a power of two, and the series of (x - 1) / (x + 1) for the rest x in [sqrt(1/2), sqrt(2)]. */
TCM_KERNEL float log_softmax_float__ref_log(float value)
{
    int32_t power = 0;
    double rest = (double)value;
    while (rest > 1.4142135623730951) {
        rest *= 0.5;
        power++;
    }
    const double quotient = (rest - 1.0) / (rest + 1.0);
    const double squared = quotient * quotient;
    double series = 0.0;
    for (int32_t term = 27; term > 0; term -= 2) {
        series = series * squared + 1.0 / term;
    }
    return (float)(2.0 * quotient * series + power * 0.6931471805599453);
}

TCM_KERNEL void log_softmax_float__ref(const float *input, float *output, int32_t rows, int32_t row_size)
{
    for (int32_t row = 0; row < rows; row++, input += row_size, output += row_size) {
        float largest = input[0];
        for (int32_t i = 1; i < row_size; i++) {
            largest = input[i] > largest ? input[i] : largest;
        }
        float sum = 0.0F;
        for (int32_t i = 0; i < row_size; i++) {
            sum += log_softmax_float__ref_exp(input[i] - largest);
        }
        const float logarithm = log_softmax_float__ref_log(sum);
        for (int32_t i = 0; i < row_size; i++) {
            const float difference = input[i] - largest;
            output[i] = difference - logarithm;
        }
    }
}

#endif
