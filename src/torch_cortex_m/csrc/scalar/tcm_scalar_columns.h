/* Convolutions and linear layers for cores without SIMD.
 *
 * The inputs of a window are gathered into a column of unsigned bytes u = x + 128, and weights are stored as w + 128, as
 * only unsigned bytes load with an offset in the instruction on a Cortex-M0. With the sum of the column,
 *
 *     sum(x * w) = sum(u * (w + 128)) - 128 * sum(u) - 128 * sum(w)
 *
 * where the last term is in the bias. Four filters are computed at a time, and then the rest; the weights of such a
 * block are [tap][filter]. */
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

/* Adds the products of some taps to the sums of ``block`` filters. */
TCM_KERNEL void tcm_scalar_products(const uint8_t *column, const uint8_t *weights, int32_t taps, int32_t block,
                                    uint32_t sums[TCM_SCALAR_FILTERS])
{
    TCM_UNROLL_SCALAR
    for (int32_t tap = 0; tap < taps; tap++) {
        const uint32_t value = column[tap];
        TCM_UNROLL_SCALAR
        for (int32_t filter = 0; filter < block; filter++) {
            sums[filter] = tcm_multiply_add(sums[filter], value, weights[block * tap + filter]);
        }
    }
}

/* The outputs of ``block`` filters on one column. */
TCM_KERNEL void tcm_scalar_multiply_block(const uint8_t *column, uint32_t column_sum, int32_t taps,
                                          const uint8_t *weights, const int32_t *parameters, int32_t block,
                                          int8_t *output, const tcm_scalar_outputs *outputs)
{
    uint32_t sums[TCM_SCALAR_FILTERS] = {0, 0, 0, 0};
    for (int32_t i = 0; i < taps / TCM_SCALAR_TAPS; i++) {
        tcm_scalar_products(column, weights, TCM_SCALAR_TAPS, block, sums);
        column += TCM_SCALAR_TAPS;
        weights += TCM_SCALAR_TAPS * block;
    }
    for (int32_t i = 0; i < taps % TCM_SCALAR_TAPS; i++) {
        tcm_scalar_products(column, weights, 1, block, sums);
        column++;
        weights += block;
    }
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < block; i++) {
        const uint32_t sum = sums[i] + (uint32_t)parameters[4 * i] - 128 * column_sum;
        output[i] = tcm_scalar_output((int32_t)sum, parameters + 4 * i + 1, outputs);
    }
}

/* The outputs of all filters on one column. parameters: bias, shift or scale, multiplier and addend of each filter. */
TCM_KERNEL void tcm_scalar_multiply(const uint8_t *column, uint32_t column_sum, int32_t taps, const uint8_t *weights,
                                    const int32_t *parameters, int32_t filters, int8_t *output,
                                    const tcm_scalar_outputs *outputs)
{
    for (int32_t i = 0; i < filters / TCM_SCALAR_FILTERS; i++) {
        tcm_scalar_multiply_block(column, column_sum, taps, weights, parameters, TCM_SCALAR_FILTERS, output, outputs);
        weights += TCM_SCALAR_FILTERS * taps;
        parameters += 4 * TCM_SCALAR_FILTERS;
        output += TCM_SCALAR_FILTERS;
    }
    if (filters % TCM_SCALAR_FILTERS != 0) {
        tcm_scalar_multiply_block(column, column_sum, taps, weights, parameters, filters % TCM_SCALAR_FILTERS, output,
                                  outputs);
    }
}

#endif
