/* Linear layer for cores without SIMD: int8, two filters in a multiplication.
 *
 * Inputs, weights and sums are those of tcm_scalar_columns.h, as unsigned bytes. weight: per four filters, the last ones
 * of which may be idle, a word for each tap, w0 + 2^8 * w1 + 2^16 * w2 + 2^24 * w3. Its even and its odd bytes are two
 * pairs of halves, which an input multiplies; tcm_scalar_pairs.h says why that is exact. */
#ifndef LINEAR_S8__FILTER_PAIRS_SCALAR_H
#define LINEAR_S8__FILTER_PAIRS_SCALAR_H

#include "tcm_scalar_columns.h"

/* Adds the products of ``taps``, a literal. both, upper: of filters 0 and 2, and of 1 and 3. */
TCM_KERNEL void linear_filter_pairs_products(const uint8_t *column, const uint32_t *weights, int32_t taps,
                                             uint32_t both[2], uint32_t upper[2])
{
    TCM_UNROLL_SCALAR
    for (int32_t tap = 0; tap < taps; tap++) {
        const uint32_t word = weights[tap];
        const uint32_t value = column[tap];
        tcm_multiply_add_pair(&both[0], &upper[0], word & 0x00ff00ff, value);
        tcm_multiply_add_pair(&both[1], &upper[1], (word >> 8) & 0x00ff00ff, value);
    }
}

/* The sums of four filters. */
TCM_KERNEL void linear_filter_pairs_sums(const uint8_t *column, const uint32_t *weights, int32_t taps,
                                         uint32_t sums[TCM_SCALAR_FILTERS])
{
    uint32_t both[2] = {0, 0};
    uint32_t upper[2] = {0, 0};
    for (int32_t i = 0; i < taps / TCM_SCALAR_TAPS; i++) {
        linear_filter_pairs_products(column, weights, TCM_SCALAR_TAPS, both, upper);
        column += TCM_SCALAR_TAPS;
        weights += TCM_SCALAR_TAPS;
    }
    for (int32_t i = 0; i < taps % TCM_SCALAR_TAPS; i++) {
        linear_filter_pairs_products(column, weights, 1, both, upper);
        column++;
        weights++;
    }
    for (int32_t i = 0; i < 2; i++) {
        sums[i] = both[i] - (upper[i] << 16);
        sums[i + 2] = upper[i];
    }
}

TCM_KERNEL void linear_s8__filter_pairs_scalar(const int8_t *input, const int32_t *weight, const int32_t *parameters,
                                               int8_t *output, uint8_t *scratch, int32_t rows, int32_t input_features,
                                               int32_t output_features, int32_t output_offset, int32_t way,
                                               int32_t common_shift, int32_t activation_min, int32_t activation_max)
{
    const tcm_scalar_outputs outputs = {
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    for (int32_t row = 0; row < rows; row++) {
        const uint32_t column_sum = tcm_scalar_append(scratch, input, input_features);
        for (int32_t first = 0; first < output_features; first += TCM_SCALAR_FILTERS) {
            const int32_t count = tcm_clamp(output_features - first, 0, TCM_SCALAR_FILTERS);
            const int32_t *const block = parameters + 4 * first;
            uint32_t sums[TCM_SCALAR_FILTERS];
            linear_filter_pairs_sums(scratch, (const uint32_t *)(weight + first / TCM_SCALAR_FILTERS * input_features),
                                     input_features, sums);
            for (int32_t i = 0; i < count; i++) {
                const uint32_t sum = sums[i] + (uint32_t)block[4 * i] - 128 * column_sum;
                output[first + i] = tcm_scalar_output((int32_t)sum, block + 4 * i + 1, &outputs);
            }
        }
        input += input_features;
        output += output_features;
    }
}

#endif
