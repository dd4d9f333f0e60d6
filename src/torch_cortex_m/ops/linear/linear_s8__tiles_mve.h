/* Quantized fully connected layer for MVE: two rows and four features at a time; a last odd row with eight features. */
#ifndef LINEAR_S8__TILES_MVE_H
#define LINEAR_S8__TILES_MVE_H

#include "tcm_mve_rows.h"

/* From the last unsafe_rows whole vectors cannot be read: they are copied. The second vector of an odd last row begins
 * `head` values behind its first: 16, but fewer where a single row is read to its end without a copy. */
TCM_KERNEL void linear_s8__tiles_mve(const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch,
                                     int32_t rows, int32_t unsafe_rows, int32_t head, int32_t input_features,
                                     int32_t output_features, int32_t lead_bytes, int32_t rounding,
                                     int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t steps = (input_features + 15) / 16;
    const int32_t safe_pairs = tcm_clamp(rows - unsafe_rows, 0, rows) / 2;
    int8_t *copies = (int8_t *)scratch;
    int32_t pairs = safe_pairs > 0 ? safe_pairs : 1;
    TCM_MVE_OPAQUE(tiles);
    for (int32_t row = 0; row + 2 <= rows; row += 2 * pairs, pairs = 1) {
        const int8_t *first = input + row * input_features;
        const int8_t *second = first + input_features;
        if (unsafe_rows > 0 && row + 2 * pairs > rows - unsafe_rows) {
            tcm_mve_copy(copies, first, input_features);
            tcm_mve_copy(copies + 16 * steps, second, input_features);
            first = copies;
            second = copies + 16 * steps;
        }
        tcm_mve_pairs(first, second, tiles, output + row * output_features, pairs, 2 * input_features, output_features,
                      output_features, steps, lead_bytes, rounding, output_offset, activation_min, activation_max);
    }
    if (rows % 2 != 0) {
        const int8_t *last = input + (rows - 1) * input_features;
        if (unsafe_rows > 0) {
            tcm_mve_copy(copies, last, input_features);
            last = copies;
        }
        tcm_mve_one_window(last, tiles, output + (rows - 1) * output_features, output_features, steps, head, 1, 0,
                           lead_bytes, rounding, output_offset, activation_min, activation_max);
    }
}

#endif
