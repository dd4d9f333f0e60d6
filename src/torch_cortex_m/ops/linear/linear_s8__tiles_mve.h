/* Quantized fully connected layer for MVE: two rows and four features at a time; a last odd row with eight features. */
#ifndef LINEAR_S8__TILES_MVE_H
#define LINEAR_S8__TILES_MVE_H

#include "tcm_mve_rows.h"

/* Where to read a row in whole vectors: a copy in scratch, if they would end beyond the input. */
TCM_KERNEL const int8_t *linear_s8__tiles_mve_row(const int8_t *row, const int8_t *input_end, int8_t *copy,
                                                  int32_t input_features)
{
    const int32_t vector_bytes = (input_features + 15) / 16 * 16;
    if (vector_bytes == input_features || input_end - row >= vector_bytes) {
        return row;
    }
    tcm_mve_copy(copy, row, input_features);
    return copy;
}

TCM_KERNEL void linear_s8__tiles_mve(const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch,
                                     int32_t rows, int32_t input_features, int32_t output_features, int32_t rounding,
                                     int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t steps = (input_features + 15) / 16;
    const int8_t *input_end = input + rows * input_features;
    int8_t *copies = (int8_t *)scratch;
    TCM_MVE_OPAQUE(tiles);
    for (int32_t row = 0; row + 2 <= rows; row += 2) {
        const int8_t *first = linear_s8__tiles_mve_row(input, input_end, copies, input_features);
        const int8_t *second =
            linear_s8__tiles_mve_row(input + input_features, input_end, copies + 16 * steps, input_features);
        tcm_mve_two_vectors(first, second, tiles, output, output_features, output_features, steps, rounding,
                            output_offset, activation_min, activation_max);
        input += 2 * input_features;
        output += 2 * output_features;
    }
    if (rows % 2 != 0) {
        const int8_t *last = linear_s8__tiles_mve_row(input, input_end, copies, input_features);
        tcm_mve_one_vector(last, tiles, output, output_features, steps, rounding, output_offset, activation_min,
                           activation_max);
    }
}

#endif
