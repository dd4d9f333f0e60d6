/* Quantized 1x1 convolution without padding, for MVE: two pixels and four channels at a time. */
#ifndef CONV2D_S8__POINTWISE_MVE_H
#define CONV2D_S8__POINTWISE_MVE_H

#include "tcm_mve_rows.h"

/* Pixels in `rows` rows of `columns`. From the last unsafe_columns whole vectors cannot be read: they are copied. A last
 * odd pixel of a row is computed alone if `alone` is 1, else again together with its predecessor: that is slower, but
 * less code. */
TCM_KERNEL void conv2d_s8__pointwise_mve(const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch,
                                         int32_t rows, int32_t columns, int32_t unsafe_columns, int32_t alone,
                                         int32_t image_rows, int32_t image_step, int32_t row_step, int32_t column_step,
                                         int32_t input_channels, int32_t output_channels, int32_t lead_bytes,
                                         int32_t rounding, int32_t output_offset, int32_t activation_min,
                                         int32_t activation_max)
{
    const int32_t steps = (input_channels + 15) / 16;
    const int32_t paired = alone ? columns / 2 * 2 : columns;
    const int32_t safe_pairs = tcm_clamp(columns - unsafe_columns, 0, paired) / 2;
    int8_t *copies = (int8_t *)scratch;
    TCM_MVE_OPAQUE(tiles);
    for (int32_t row = 0; row < rows; row++) {
        const int8_t *values = input + (row / image_rows) * image_step + (row % image_rows) * row_step;
        int8_t *outputs = output + row * columns * output_channels;
        int32_t pairs = safe_pairs > 0 ? safe_pairs : 1;
        for (int32_t x = 0; x < paired; x += 2 * pairs, pairs = 1) {
            const int32_t column = x + 2 > paired ? paired - 2 : x;
            const int8_t *first = values + column * column_step;
            const int8_t *second = first + column_step;
            if (unsafe_columns > 0 && column + 2 * pairs > columns - unsafe_columns) {
                tcm_mve_copy(copies, first, input_channels);
                tcm_mve_copy(copies + 16 * steps, second, input_channels);
                first = copies;
                second = copies + 16 * steps;
            }
            tcm_mve_pairs(first, second, tiles, outputs + column * output_channels, pairs, 2 * column_step,
                          output_channels, output_channels, steps, lead_bytes, rounding, output_offset, activation_min,
                          activation_max);
        }
        if (paired < columns) {
            const int8_t *last = values + paired * column_step;
            if (unsafe_columns > 0) {
                tcm_mve_copy(copies, last, input_channels);
                last = copies;
            }
            tcm_mve_one_vector(last, tiles, outputs + paired * output_channels, output_channels, steps, lead_bytes,
                               rounding, output_offset, activation_min, activation_max);
        }
    }
}

#endif
