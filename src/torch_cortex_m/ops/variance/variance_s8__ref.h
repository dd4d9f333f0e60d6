/* Squares of deviations over the middle dimension or their roots, portable reference. */
#ifndef VARIANCE_S8__REF_H
#define VARIANCE_S8__REF_H

#include "tcm_root.h"

/* round(squares * multiplier * 2^(shift - 31)), or of their root; large results are just large. */
TCM_KERNEL int64_t variance_s8__ref_scaled(int64_t squares, int32_t root, int32_t multiplier, int32_t shift)
{
    if (squares == 0) {
        return 0;
    }
    const tcm_root inverse = tcm_reciprocal_root(squares);
    const int64_t fraction = (int64_t)((uint64_t)squares << (2 * inverse.exponent) >> 30);
    const int64_t value = root ? (fraction * inverse.factor) >> 31 : fraction;
    const int32_t right = 31 - shift + (root ? inverse.exponent : 2 * inverse.exponent - 30);
    return ((value * multiplier >> (tcm_clamp(right, 1, 63) - 1)) + 1) >> 1;
}

TCM_KERNEL void variance_s8__ref(const int8_t *input, int8_t *output, int32_t outer, int32_t count, int32_t inner,
                                 int32_t centered, int32_t root, int32_t input_offset, int32_t multiplier,
                                 int32_t shift, int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    for (int32_t block = 0; block < outer; block++) {
        for (int32_t place = 0; place < inner; place++) {
            const int8_t *values = input + block * count * inner + place;
            int32_t sum = 0;
            int64_t squares = 0;
            for (int32_t i = 0; i < count; i++) {
                const int32_t value = values[i * inner] + input_offset;
                sum += value;
                squares += value * value;
            }
            if (centered) {
                squares = count * squares - (int64_t)sum * sum;
            }
            const int64_t result = variance_s8__ref_scaled(squares, root, multiplier, shift);
            const int32_t limited = result > 256 ? 256 : (int32_t)result;
            *output++ = (int8_t)tcm_clamp(limited + output_offset, activation_min, activation_max);
        }
    }
}

#endif
