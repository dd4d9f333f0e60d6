/* Elements of a group less their mean, or not, divided by the root of their squares; portable reference. */
#ifndef NORMALIZE_S8__REF_H
#define NORMALIZE_S8__REF_H

#include "tcm_root.h"

TCM_KERNEL int8_t normalize_s8__ref_output(int32_t deviation, tcm_root root, int32_t score_shift, int32_t multiplier,
                                           int32_t product_shift, int32_t bias, int32_t output_offset,
                                           int32_t activation_min, int32_t activation_max)
{
    const int64_t score = ((int64_t)deviation * root.factor) >> (score_shift - root.exponent);
    const int64_t product = (score * multiplier) >> product_shift;
    const int64_t output = ((product + bias + (INT32_C(1) << 15)) >> 16) + output_offset;
    return (int8_t)(output < activation_min ? activation_min : output > activation_max ? activation_max : output);
}

TCM_KERNEL void normalize_s8__ref(const int8_t *input, const int32_t *multipliers, const int32_t *bias, int8_t *output,
                                  int32_t batches, int32_t places, int32_t groups, int32_t channels, int32_t centered,
                                  int32_t input_offset, int64_t epsilon, int32_t epsilon_bits, int32_t score_shift,
                                  int32_t multiplier, int32_t product_shift, int32_t output_offset,
                                  int32_t activation_min, int32_t activation_max)
{
    const int32_t row = groups * channels;
    const int32_t count = places * channels;
    for (int32_t block = 0; block < batches * groups; block++) {
        const int32_t group = block % groups;
        const int32_t start = block / groups * places * row + group * channels;
        int32_t sum = 0;
        int64_t squares = 0;
        for (int32_t i = 0; i < count; i++) {
            const int32_t value = input[start + i / channels * row + i % channels] + input_offset;
            sum += value;
            squares += value * value;
        }
        if (centered) {
            squares = count * squares - (int64_t)sum * sum;
        }
        /* Without squares there are no deviations. */
        const tcm_root root = tcm_reciprocal_root(squares > 0 ? (squares << epsilon_bits) + epsilon : INT64_C(1) << 60);
        for (int32_t i = 0; i < count; i++) {
            const int32_t place = start + i / channels * row + i % channels;
            const int32_t channel = group * channels + i % channels;
            const int32_t value = input[place] + input_offset;
            output[place] = normalize_s8__ref_output(
                centered ? count * value - sum : value, root, score_shift,
                multipliers != NULL ? multipliers[channel] : multiplier, product_shift,
                bias != NULL ? bias[channel] : 0, output_offset, activation_min, activation_max);
        }
    }
}

#endif
