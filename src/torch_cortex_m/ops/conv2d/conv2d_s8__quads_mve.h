/* Quantized convolution for MVE that reads its windows from copied rows: four windows and two channels at a time. */
#ifndef CONV2D_S8__QUADS_MVE_H
#define CONV2D_S8__QUADS_MVE_H

#include "tcm_mve_quads.h"
#include "tcm_mve_rows.h"

/* For input channels in multiples of 16, an even number of output channels, no horizontal dilation, one group, and rows
 * of output with four pixels at least: the last pixels of other rows are computed again together with the ones before
 * them. With `edges`, a first or last row of a kernel of three that is all padding is skipped: the biases include it, and
 * parameters for the tile before precede every row of weights: without the last row, without the first, with all. */
TCM_KERNEL void conv2d_s8__quads_mve(const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch,
                                    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels,
                                    int32_t output_height, int32_t output_width, int32_t output_channels,
                                    int32_t kernel_height, int32_t stride_height, int32_t stride_width,
                                    int32_t padding_top, int32_t padding_left, int32_t dilation_height,
                                    int32_t row_bytes, int32_t spare_rows, int32_t columns, int32_t vectors,
                                    int32_t phases, int32_t edges, int32_t input_offset, int32_t rounding,
                                    int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t distance = stride_width * input_channels;
    const int32_t parameter_bytes = rounding == 2 ? 40 : 24;
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
    const int32_t row_step = dilation_height * row_bytes;
    const int32_t row_weights = 32 * columns * vectors;
    const int32_t row_gap = edges ? parameter_bytes : 0;
    TCM_MVE_OPAQUE(tiles);
    const int8_t *first_tile = tiles + parameter_bytes;
    for (int32_t batch = 0; batch < batches; batch++, input += input_height * rows.input_bytes) {
        tcm_mve_fill(rows.rows, rows.zero_point, (needed + spare_rows) * row_bytes);
        for (int32_t y = 0; y < output_height; y++, output += output_width * output_channels) {
            const int8_t *first_row = tcm_mve_rows_of(rows, input, y, stride_height, padding_top, needed, spare_rows);
            const int32_t top = y * stride_height - padding_top;
            const int32_t skips_first = edges && top < 0;
            const int32_t skips_last = edges && !skips_first && top + needed > input_height;
            for (int32_t part = 0; part <= (output_width % 4 != 0 ? 1 : 0); part++) {
                const int32_t x = part == 0 ? 0 : output_width - 4;
                const int8_t *window = first_row + x * distance;
                int8_t *outputs = output + x * output_channels;
                const int32_t quads = part == 0 ? output_width / 4 : 1;
                if (skips_first || skips_last) {
                    tcm_mve_window_quads(window + (skips_first ? row_step : 0),
                                         first_tile + (skips_first ? row_weights + row_gap : 0), outputs, quads,
                                         output_channels, kernel_height - 1, row_step, columns, vectors, phases,
                                         distance, 1, row_gap, row_weights + 2 * parameter_bytes, -parameter_bytes,
                                         rounding, output_offset, activation_min, activation_max);
                } else {
                    tcm_mve_window_quads(window, first_tile, outputs, quads, output_channels, kernel_height, row_step,
                                         columns, vectors, phases, distance, 1, row_gap, parameter_bytes,
                                         edges ? 2 * row_weights + parameter_bytes : -parameter_bytes, rounding,
                                         output_offset, activation_min, activation_max);
                }
            }
        }
    }
}

#endif
