/* Softmax over rows of int8 into int16, portable reference. Output scale 1 / 65536, zero point -32768. */
#ifndef SOFTMAX_S8_S16__REF_H
#define SOFTMAX_S8_S16__REF_H

#include "softmax_s8__ref.h"

TCM_KERNEL void softmax_s8_s16__ref(const int8_t *input, int16_t *output, int32_t rows, int32_t row_size,
                                    int32_t input_multiplier, int32_t input_left_shift, int32_t diff_min)
{
    for (int32_t row = 0; row < rows; row++, input += row_size, output += row_size) {
        int32_t largest = -128;
        for (int32_t i = 0; i < row_size; i++) {
            largest = input[i] > largest ? input[i] : largest;
        }
        uint32_t sum = 0; /* Q12.19, at least the largest value's own term, which is one */
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t term =
                softmax_s8__ref_term(input[i] - largest, input_multiplier, input_left_shift, diff_min);
            sum += (uint32_t)tcm_rounding_shift_right(term, 12);
        }
        int32_t shift = 27;
        while (sum < UINT32_C(1) << 31) {
            sum <<= 1;
            shift--;
        }
        const int32_t reciprocal = softmax_s8__ref_reciprocal((int32_t)(sum >> 1));
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t term =
                softmax_s8__ref_term(input[i] - largest, input_multiplier, input_left_shift, diff_min);
            const int32_t product = tcm_doubling_high_multiply(reciprocal, term);
            output[i] = (int16_t)tcm_clamp(tcm_rounding_shift_right(product, shift) - 32768, -32768, 32767);
        }
    }
}

#endif
