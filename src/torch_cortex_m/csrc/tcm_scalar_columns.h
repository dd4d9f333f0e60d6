/* Convolutions and linear layers for cores without SIMD.
 *
 * The inputs of a window are gathered into a column of unsigned bytes u = x + 128, and weights are stored as w + 128, as
 * only unsigned bytes load with an offset in the instruction on a Cortex-M0. With the sum of the column,
 *
 *     sum(x * w) = sum(u * (w + 128)) - 128 * sum(u) - 128 * sum(w)
 *
 * where the last term is in the bias. Four filters are computed at a time; their weights are [tap][4], an incomplete
 * block's last filters being idle. */
#ifndef TCM_SCALAR_COLUMNS_H
#define TCM_SCALAR_COLUMNS_H

#include "tcm_scalar.h"

enum { TCM_SCALAR_FILTERS = 4, TCM_SCALAR_TAPS = 8 };

/* Appends ``count`` inputs to a column and returns the sum of their bytes. */
TCM_KERNEL uint32_t tcm_scalar_append(uint8_t *column, const int8_t *input, int32_t count)
{
    uint32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        const uint8_t value = (uint8_t)input[i] ^ 0x80;
        column[i] = value;
        sum += value;
    }
    return sum;
}

/* Appends ``count`` times the input ``value``. */
TCM_KERNEL uint32_t tcm_scalar_append_value(uint8_t *column, int32_t value, int32_t count)
{
    for (int32_t i = 0; i < count; i++) {
        column[i] = (uint8_t)(value + 128);
    }
    return (uint32_t)(value + 128) * (uint32_t)count;
}

/* Adds the products of some taps to four sums. */
TCM_KERNEL void tcm_scalar_products(const uint8_t *column, const uint8_t *weights, int32_t taps,
                                    uint32_t sums[TCM_SCALAR_FILTERS])
{
    TCM_UNROLL_SCALAR
    for (int32_t tap = 0; tap < taps; tap++) {
        const uint32_t value = column[tap];
        TCM_UNROLL_SCALAR
        for (int32_t filter = 0; filter < TCM_SCALAR_FILTERS; filter++) {
            sums[filter] = tcm_multiply_add(sums[filter], value, weights[TCM_SCALAR_FILTERS * tap + filter]);
        }
    }
}

/* The outputs of all filters on one column. parameters: bias, shift or scale, multiplier and addend of each filter. */
TCM_KERNEL void tcm_scalar_multiply(const uint8_t *column, uint32_t column_sum, int32_t taps, const uint8_t *weights,
                                    const int32_t *parameters, int32_t filters, int8_t *output,
                                    const tcm_scalar_outputs *outputs)
{
    for (int32_t block = 0; block < filters; block += TCM_SCALAR_FILTERS) {
        uint32_t sums[TCM_SCALAR_FILTERS] = {0, 0, 0, 0};
        const uint8_t *values = column;
        for (int32_t i = 0; i < taps / TCM_SCALAR_TAPS; i++) {
            tcm_scalar_products(values, weights, TCM_SCALAR_TAPS, sums);
            values += TCM_SCALAR_TAPS;
            weights += TCM_SCALAR_TAPS * TCM_SCALAR_FILTERS;
        }
        for (int32_t i = 0; i < taps % TCM_SCALAR_TAPS; i++) {
            tcm_scalar_products(values, weights, 1, sums);
            values++;
            weights += TCM_SCALAR_FILTERS;
        }
        TCM_UNROLL_SCALAR
        for (int32_t i = 0; i < TCM_SCALAR_FILTERS; i++) {
            if (block + i < filters) {
                const uint32_t sum = sums[i] + (uint32_t)parameters[0] - 128 * column_sum;
                *output++ = tcm_scalar_output((int32_t)sum, parameters + 1, outputs);
                parameters += 4;
            }
        }
    }
}

#endif
