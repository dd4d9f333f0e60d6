/* Matrix products of int8 tensors for cores with the DSP extension: the second matrix becomes a stream of weights, then
 * four rows of the first one are multiplied at a time. See tcm_dsp_matmul.h. */
#ifndef BATCH_MATMUL_S8__MATRIX_DSP_H
#define BATCH_MATMUL_S8__MATRIX_DSP_H

#include "tcm_dsp_matmul.h"
#include "tcm_matmul.h"

/* For at least four rows and two columns: what is left of fours of rows or pairs of columns is computed again together
 * with those before it. */
TCM_KERNEL void batch_matmul_s8__matrix_dsp(const int8_t *input, const int8_t *other, int8_t *output, uint8_t *scratch,
                                            TCM_MATMUL_PARAMETERS, TCM_DSP_MATMUL_PARAMETERS)
{
    TCM_DSP_MATMUL_OPERANDS(left, right, scale);
    const int32_t pairs = (depth + 1) / 2;
    const int32_t whole = columns / 2 * 2;
    int32_t *const places = (int32_t *)(void *)scratch;
    int32_t *const stream = places + 4 * pairs;
    const int8_t *packed = NULL;
    TCM_FOR_EACH_PRODUCT(a, b)
    {
        if (packed != other + b) {
            packed = other + b;
            int32_t *end = stream;
            for (int32_t column = 0; column < columns; column += 2) {
                const int32_t first = column < whole ? column : columns - 2;
                end = tcm_dsp_stream_of(&right, packed + first * other_column_stride, &scale, end);
            }
        }
        for (int32_t row = 0; row < rows; row += 4) {
            const int32_t first = row + 4 <= rows ? row : rows - 4;
            int8_t *target = output + first * columns;
            tcm_dsp_columns_of(&left, input + a + first * input_row_stride, places);
            tcm_dsp_multiply_4(places, stream, pairs, whole, target, columns, &scale);
            if (whole < columns) {
                tcm_dsp_multiply_4(places, stream + whole / 2 * (2 * pairs + 8), pairs, 2, target + columns - 2,
                                   columns, &scale);
            }
        }
    }
}

#endif
