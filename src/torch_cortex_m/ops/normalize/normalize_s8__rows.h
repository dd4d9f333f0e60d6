/* Elements of a group less their mean, or not, divided by the root of their squares, in 32 bits: groups of 2^15 elements at
 * most, whose products are known to fit. */
#ifndef NORMALIZE_S8__ROWS_H
#define NORMALIZE_S8__ROWS_H

#include "tcm_root.h"
#include "tcm_scalar.h"

/* The sums of a group's elements and of their squares. */
typedef struct {
    int32_t elements;
    int32_t squares;
} normalize_s8_sums;

/* Of elements plus an offset: (q + offset)^2 = q^2 + offset * (q + (q + offset)). */
TCM_KERNEL normalize_s8_sums normalize_s8_with_offset(normalize_s8_sums sums, int32_t count, int32_t input_offset)
{
    const int32_t offsets = count * input_offset;
    sums.squares += input_offset * (2 * sums.elements + offsets);
    sums.elements += offsets;
    return sums;
}

TCM_KERNEL normalize_s8_sums normalize_s8_add(const int8_t *input, int32_t places, int32_t row, int32_t channels,
                                              int32_t input_offset)
{
    normalize_s8_sums sums = {.elements = 0, .squares = 0};
    for (int32_t place = 0; place < places; place++) {
        TCM_UNROLL_SCALAR
        for (int32_t channel = 0; channel < channels; channel++) {
            sums.elements += input[channel];
            sums.squares += input[channel] * input[channel];
        }
        input += row;
    }
    return normalize_s8_with_offset(sums, places * channels, input_offset);
}

/* A score is (((element * scale + addend) modulo 2^32) * factor / 2^32) / 2^right, rounded down twice. */
typedef struct {
    uint32_t scale;
    uint32_t addend;
    int32_t factor;
    int32_t right;
} normalize_s8_score;

TCM_KERNEL normalize_s8_score normalize_s8_score_of(normalize_s8_sums sums, int32_t count, int32_t centered,
                                                    int32_t input_offset, int64_t epsilon, int32_t epsilon_bits,
                                                    int32_t score_shift)
{
    const int64_t squares =
        centered ? count * (int64_t)sums.squares - (int64_t)sums.elements * sums.elements : sums.squares;
    /* Without squares there are no deviations. */
    const tcm_root root = tcm_reciprocal_root(squares > 0 ? (squares << epsilon_bits) + epsilon : INT64_C(1) << 60);
    /* A factor of 2^31 is the only one that is halved. */
    const int32_t halved = root.factor > INT32_MAX;
    const int32_t shift = score_shift - root.exponent - halved;
    const int32_t left = shift < 32 ? 32 - shift : 0;
    const uint32_t scale = (centered ? (uint32_t)count : 1U) << left;
    const uint32_t mean = centered ? (uint32_t)sums.elements << left : 0U;
    const normalize_s8_score score = {
        .scale = scale,
        .addend = (uint32_t)input_offset * scale - mean,
        .factor = (int32_t)(root.factor >> halved),
        .right = shift < 32 ? 0 : shift - 32,
    };
    return score;
}

TCM_KERNEL int8_t normalize_s8_output(const normalize_s8_score *score, int32_t element, int32_t multiplier,
                                      int32_t product_shift, int32_t addend, int32_t activation_min,
                                      int32_t activation_max)
{
    const int32_t deviation = (int32_t)((uint32_t)element * score->scale + score->addend);
    const int32_t high = (int32_t)(((int64_t)deviation * score->factor) >> 32) >> score->right;
    const int32_t product = (int32_t)(((int64_t)high * multiplier) >> product_shift);
    return tcm_limit_s8((product + addend) >> 16, activation_min, activation_max);
}

/* addend is 2^15 + output_offset * 2^16. */
TCM_KERNEL void normalize_s8__rows(const int8_t *input, const int32_t *multipliers, const int32_t *bias, int8_t *output,
                                   int32_t batches, int32_t places, int32_t groups, int32_t channels, int32_t centered,
                                   int32_t input_offset, int64_t epsilon, int32_t epsilon_bits, int32_t score_shift,
                                   int32_t multiplier, int32_t product_shift, int32_t addend, int32_t activation_min,
                                   int32_t activation_max)
{
    const int32_t row = groups * channels;
    for (int32_t block = 0; block < batches * groups; block++) {
        const int32_t first = block % groups * channels;
        const int32_t start = block / groups * places * row + first;
        const normalize_s8_sums sums = normalize_s8_add(input + start, places, row, channels, input_offset);
        const normalize_s8_score score = normalize_s8_score_of(sums, places * channels, centered, input_offset, epsilon,
                                                               epsilon_bits, score_shift);
        for (int32_t place = start; place < start + places * row; place += row) {
            for (int32_t channel = 0; channel < channels; channel++) {
                output[place + channel] = normalize_s8_output(
                    &score, input[place + channel],
                    multipliers != NULL ? multipliers[first + channel] : multiplier, product_shift,
                    addend + (bias != NULL ? bias[first + channel] : 0), activation_min, activation_max);
            }
        }
    }
}

#endif
