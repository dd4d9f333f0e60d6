/* Quantized convolution for MVE that reads its windows from copied rows: two windows and four channels at a time. */
#ifndef CONV2D_S8__ROWS_MVE_H
#define CONV2D_S8__ROWS_MVE_H

#include "tcm_mve_rows.h"

/* For channels in multiples of 4, no horizontal dilation, one group, and rows of output with two pixels at least: a
 * last odd pixel is computed again together with its predecessor. Every kernel row is columns * vectors vectors, see
 * tcm_mve_windows. */
TCM_KERNEL void conv2d_s8__rows_mve(const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch,
                                    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels,
                                    int32_t output_height, int32_t output_width, int32_t output_channels,
                                    int32_t kernel_height, int32_t stride_height, int32_t stride_width,
                                    int32_t padding_top, int32_t padding_left, int32_t dilation_height,
                                    int32_t row_bytes, int32_t spare_rows, int32_t columns, int32_t vectors,
                                    int32_t phases, int32_t input_offset, int32_t rounding, int32_t output_offset,
                                    int32_t activation_min, int32_t activation_max)
{
    const int32_t distance = stride_width * input_channels;
    const int32_t needed = (kernel_height - 1) * dilation_height + 1;
    const tcm_mve_rows rows = {
        .rows = (int8_t *)scratch,
        .row_bytes = row_bytes,
        .left_bytes = padding_left * input_channels,
        .input_height = input_height,
        .input_bytes = input_width * input_channels,
        .zero_point = -input_offset,
        .repeat = 1,
    };
    TCM_MVE_OPAQUE(tiles);
    for (int32_t batch = 0; batch < batches; batch++, input += input_height * rows.input_bytes) {
        tcm_mve_fill(rows.rows, rows.zero_point, (needed + spare_rows) * row_bytes);
        for (int32_t y = 0; y < output_height; y++, output += output_width * output_channels) {
            const int8_t *first_row = tcm_mve_rows_of(rows, input, y, stride_height, padding_top, needed, spare_rows);
            for (int32_t part = 0; part <= output_width % 2; part++) {
                const int32_t x = part == 0 ? 0 : output_width - 2;
                tcm_mve_windows(first_row + x * distance, tiles, output + x * output_channels,
                                part == 0 ? output_width / 2 : 1, output_channels, kernel_height,
                                dilation_height * row_bytes, columns, vectors, phases, distance, 1, rounding,
                                output_offset, activation_min, activation_max);
            }
        }
    }
}

#endif
