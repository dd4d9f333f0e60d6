/* Softmax over rows of int16, interpolated, portable reference. Output in Q0.15. */
#ifndef INTERPOLATED_SOFTMAX_S16__REF_H
#define INTERPOLATED_SOFTMAX_S16__REF_H

#include "tcm.h"

/* The table at a value from -2^15 to 2^15 - 1, which others count as, in steps of 2^7. */
TCM_KERNEL int32_t interpolated_softmax_s16__ref_look_up(const int16_t *table, int32_t value)
{
    const int32_t place = tcm_clamp(value, -32768, 32767) + 32768;
    const int16_t *entry = table + (place >> 7);
    return entry[0] + (((entry[1] - entry[0]) * (place & 127) + 64) >> 7);
}

TCM_KERNEL void interpolated_softmax_s16__ref(const int16_t *input, const int16_t *exponentials,
                                              const int16_t *reciprocals, int16_t *output, int32_t rows,
                                              int32_t row_size, int32_t multiplier, int32_t shift)
{
    for (int32_t row = 0; row < rows; row++, input += row_size, output += row_size) {
        int32_t largest = input[0];
        for (int32_t i = 1; i < row_size; i++) {
            largest = input[i] > largest ? input[i] : largest;
        }
        int32_t sum = 0; /* Q15.15, at least the largest value's own exponential, which is nearly one */
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t scaled = tcm_requantize(input[i] - largest, multiplier, shift) + 32767;
            output[i] = (int16_t)interpolated_softmax_s16__ref_look_up(exponentials, scaled);
            sum += output[i];
        }
        int32_t right = 0;
        while (sum >> right > 1) {
            right++;
        }
        const int32_t mantissa = ((sum << (30 - right)) + (1 << 13)) >> 14; /* [1, 2] in Q1.16 */
        const int32_t reciprocal = interpolated_softmax_s16__ref_look_up(reciprocals, mantissa - 98304);
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t product = (output[i] * reciprocal + (1 << (right - 1))) >> right;
            output[i] = (int16_t)tcm_clamp(product, 0, 32767);
        }
    }
}

#endif
