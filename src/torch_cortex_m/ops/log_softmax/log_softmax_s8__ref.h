/* Logarithms of the softmax of rows of int8, portable reference. */
#ifndef LOG_SOFTMAX_S8__REF_H
#define LOG_SOFTMAX_S8__REF_H

#include "tcm.h"

/* 2^16 * log2(value / 2^19), rounded down: a bit for each squaring of the fraction. */
TCM_KERNEL int32_t log_softmax_s8_logarithm(uint32_t value)
{
    int32_t logarithm = 30 - 19;
    uint64_t fraction = value;
    while (fraction < UINT64_C(1) << 30) {
        fraction <<= 1;
        logarithm--;
    }
    while (fraction >= UINT64_C(1) << 31) {
        fraction >>= 1;
        logarithm++;
    }
    for (int32_t bit = 0; bit < 16; bit++) {
        fraction = (fraction * fraction) >> 30;
        const int32_t is_set = fraction >= UINT64_C(1) << 31;
        fraction >>= is_set;
        logarithm = logarithm * 2 + is_set;
    }
    return logarithm;
}

TCM_KERNEL void log_softmax_s8__ref(const int8_t *input, const int32_t *exponentials, int8_t *output, int32_t rows,
                                    int32_t row_size, int32_t input_factor, int32_t logarithm_factor, int32_t shift,
                                    int32_t output_offset, int32_t activation_min, int32_t activation_max)
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
        const int64_t subtracted = (int64_t)log_softmax_s8_logarithm(sum) * logarithm_factor;
        for (int32_t i = 0; i < row_size; i++) {
            const int64_t scaled = (int64_t)(input[i] - largest) * input_factor - subtracted;
            const int64_t value = ((scaled + (INT64_C(1) << (shift - 1))) >> shift) + output_offset;
            const int64_t limited = value > activation_max ? activation_max : value;
            output[i] = (int8_t)(limited < activation_min ? activation_min : limited);
        }
    }
}

#endif
