/* Matrix products of int8 tensors for cores without SIMD: a row and four columns at a time. See tcm_scalar_columns.h.
 *
 * With the unsigned bytes u = x + 128 and v = y + 128, and the offsets a and b less 128,
 *
 *     sum((u + a) * (v + b)) = sum(u * v) + b * sum(u) + a * sum(v) + depth * a * b
 *
 * where the last two terms are a column's bias. */
#ifndef BATCH_MATMUL_S8__COLUMNS_SCALAR_H
#define BATCH_MATMUL_S8__COLUMNS_SCALAR_H

#include "tcm_matmul.h"
#include "tcm_scalar_columns.h"

/* A row as unsigned bytes; returns their sum. */
TCM_KERNEL uint32_t batch_matmul_s8_scalar_row(const int8_t *values, int32_t depth, int32_t step, uint8_t *row)
{
    uint32_t sum = 0;
    for (int32_t i = 0; i < depth; i++) {
        const uint8_t value = (uint8_t)*values ^ 0x80;
        row[i] = value;
        sum += value;
        values += step;
    }
    return sum;
}

/* `count` columns as a block [depth][count], and their biases. */
TCM_KERNEL void batch_matmul_s8_scalar_block(const int8_t *values, int32_t depth, int32_t depth_step,
                                             int32_t column_step, int32_t count, int32_t offset, int32_t common,
                                             uint8_t *block, int32_t *biases)
{
    for (int32_t column = 0; column < count; column++) {
        const int8_t *next = values + column * column_step;
        uint32_t sum = 0;
        for (int32_t i = 0; i < depth; i++) {
            const uint8_t value = (uint8_t)*next ^ 0x80;
            block[count * i + column] = value;
            sum += value;
            next += depth_step;
        }
        biases[column] = (int32_t)((uint32_t)offset * sum + (uint32_t)common);
    }
}

/* The outputs of a row and `count` columns; `addend` belongs to the row. */
TCM_KERNEL void batch_matmul_s8_scalar_outputs(const uint8_t *row, int32_t depth, int32_t count, const uint8_t *block,
                                               const int32_t *biases, uint32_t addend, const int32_t *parameters,
                                               int8_t *output, const tcm_scalar_outputs *outputs)
{
    uint32_t sums[TCM_SCALAR_FILTERS] = {0, 0, 0, 0};
    for (int32_t i = 0; i < depth / TCM_SCALAR_TAPS; i++) {
        tcm_scalar_products(row, block, TCM_SCALAR_TAPS, count, sums);
        row += TCM_SCALAR_TAPS;
        block += TCM_SCALAR_TAPS * count;
    }
    for (int32_t i = 0; i < depth % TCM_SCALAR_TAPS; i++) {
        tcm_scalar_products(row, block, 1, count, sums);
        row++;
        block += count;
    }
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < count; i++) {
        const uint32_t sum = sums[i] + (uint32_t)biases[i] + addend;
        output[i] = tcm_scalar_output((int32_t)sum, parameters, outputs);
    }
}

/* scratch: a bias for each column, all columns, a row. */
TCM_KERNEL void batch_matmul_s8__columns_scalar(const int8_t *input, const int8_t *other, int8_t *output,
                                                uint8_t *scratch, TCM_MATMUL_PARAMETERS, int32_t input_offset,
                                                int32_t other_offset, int32_t output_offset, int32_t way,
                                                int32_t multiplier, int32_t addend, int32_t shift,
                                                int32_t activation_min, int32_t activation_max)
{
    const int32_t parameters[3] = {shift, multiplier, addend};
    const tcm_scalar_outputs outputs = {
        .way = way,
        .common_shift = 0,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    const int32_t left = input_offset - 128;
    const int32_t right = other_offset - 128;
    const int32_t whole = columns / TCM_SCALAR_FILTERS * TCM_SCALAR_FILTERS;
    const int32_t rest = columns - whole;
    int32_t *const biases = (int32_t *)(void *)scratch;
    uint8_t *const blocks = scratch + 4 * columns;
    uint8_t *const bytes = blocks + depth * columns;
    const int8_t *packed = NULL;
    TCM_FOR_EACH_PRODUCT(a, b)
    {
        if (packed != other + b) {
            packed = other + b;
            for (int32_t i = 0; i < whole; i += TCM_SCALAR_FILTERS) {
                batch_matmul_s8_scalar_block(packed + i * other_column_stride, depth, other_depth_stride,
                                             other_column_stride, TCM_SCALAR_FILTERS, left, depth * left * right,
                                             blocks + depth * i, biases + i);
            }
            if (rest > 0) {
                batch_matmul_s8_scalar_block(packed + whole * other_column_stride, depth, other_depth_stride,
                                             other_column_stride, rest, left, depth * left * right,
                                             blocks + depth * whole, biases + whole);
            }
        }
        for (int32_t row = 0; row < rows; row++) {
            const uint32_t sum = batch_matmul_s8_scalar_row(input + a + row * input_row_stride, depth,
                                                            input_depth_stride, bytes);
            const uint32_t own = (uint32_t)right * sum;
            int8_t *target = output + row * columns;
            for (int32_t i = 0; i < whole; i += TCM_SCALAR_FILTERS) {
                batch_matmul_s8_scalar_outputs(bytes, depth, TCM_SCALAR_FILTERS, blocks + depth * i, biases + i, own,
                                               parameters, target + i, &outputs);
            }
            if (rest > 0) {
                batch_matmul_s8_scalar_outputs(bytes, depth, rest, blocks + depth * whole, biases + whole, own,
                                               parameters, target + whole, &outputs);
            }
        }
    }
}

#endif
