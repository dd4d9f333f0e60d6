/* Rows of int8 divided by their Euclidean norm, portable reference. */
#ifndef L2_NORMALIZATION_S8__REF_H
#define L2_NORMALIZATION_S8__REF_H

#include "tcm.h"

/* 1 / sqrt(squares) as multiplier * 2^(shift - 31): Newton's x * (3 - a * x^2) / 2 from 1, five times, with 28
 * fractional bits and a in [1/4, 1). */
typedef struct {
    int32_t multiplier;
    int32_t shift;
} l2_normalization_s8_root;

TCM_KERNEL l2_normalization_s8_root l2_normalization_s8_invert(int32_t squares)
{
    l2_normalization_s8_root root = {.multiplier = INT32_MAX, .shift = 0};
    if (squares <= 1) {
        return root;
    }
    int32_t right = 11;
    while (squares >= INT32_C(1) << 29) {
        squares /= 4;
        right++;
    }
    while (squares < INT32_C(1) << 27) {
        squares *= 4;
        right--;
    }
    const int32_t half = ((squares >> 1) + 1) >> 1;
    const int32_t three_halves = (INT32_C(1) << 28) + (INT32_C(1) << 27);
    int32_t x = INT32_C(1) << 28;
    for (int32_t step = 0; step < 5; step++) {
        const int32_t cube = tcm_doubling_high_multiply(tcm_doubling_high_multiply(x, x), x) * 64;
        x = (tcm_doubling_high_multiply(three_halves, x) - tcm_doubling_high_multiply(half, cube)) * 8;
    }
    const int32_t half_root_of_two = 1518500250;
    root.multiplier = tcm_doubling_high_multiply(x, half_root_of_two);
    if (right < 0) {
        root.multiplier *= INT32_C(1) << -right;
        right = 0;
    }
    root.shift = -right;
    return root;
}

TCM_KERNEL void l2_normalization_s8__ref(const int8_t *input, int8_t *output, int32_t rows, int32_t row_size,
                                         int32_t input_offset)
{
    for (int32_t row = 0; row < rows; row++, input += row_size, output += row_size) {
        int32_t squares = 0;
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t value = input[i] + input_offset;
            squares += value * value;
        }
        const l2_normalization_s8_root root = l2_normalization_s8_invert(squares);
        for (int32_t i = 0; i < row_size; i++) {
            output[i] =
                tcm_requantize_s8(input[i] + input_offset, root.multiplier, root.shift + 7, 0, -128, 127);
        }
    }
}

#endif
