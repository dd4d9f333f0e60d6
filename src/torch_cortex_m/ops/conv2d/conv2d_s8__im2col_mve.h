/* Quantized convolution for MVE that copies each window into a vector: any kernel, stride, dilation and groups. */
#ifndef CONV2D_S8__IM2COL_MVE_H
#define CONV2D_S8__IM2COL_MVE_H

#include "tcm_mve_rows.h"

/* Copies the parts of a window that are adjacent in memory: `runs` of run_bytes in each kernel row, run_step apart.
 * Writes up to 15 bytes more. */
TCM_KERNEL void conv2d_s8__im2col_mve_window(int8_t *to, const int8_t *window, int32_t kernel_height, int32_t row_step,
                                             int32_t runs, int32_t run_bytes, int32_t run_step)
{
    for (int32_t ky = 0; ky < kernel_height; ky++) {
        for (int32_t run = 0; run < runs; run++) {
            tcm_mve_copy_over(to, window + ky * row_step + run * run_step, run_bytes);
            to += run_bytes;
        }
    }
}

/* The outputs of a last odd window, at `output`. The one before it is still in the other place, `previous`. */
TCM_KERNEL void conv2d_s8__im2col_mve_last(const int8_t *window, const int8_t *previous, const int8_t *tiles,
                                           int8_t *output, int32_t has_previous, int32_t channels, int32_t output_step,
                                           int32_t steps, int32_t rounding, int32_t output_offset,
                                           int32_t activation_min, int32_t activation_max)
{
    if (has_previous) {
        tcm_mve_two_vectors(previous, window, tiles, output - output_step, channels, output_step, steps, rounding,
                            output_offset, activation_min, activation_max);
    } else {
        tcm_mve_one_vector(window, tiles, output, channels, steps, rounding, output_offset, activation_min,
                           activation_max);
    }
}

/* In scratch there are places for two windows, then the copied rows. Pairs go on from row to row; with groups, each
 * row and group has its own. */
TCM_KERNEL void conv2d_s8__im2col_mve(
    const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch, int32_t batches, int32_t input_height,
    int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width, int32_t output_channels,
    int32_t groups, int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t stride_width,
    int32_t padding_top, int32_t padding_left, int32_t dilation_height, int32_t dilation_width, int32_t row_bytes,
    int32_t spare_rows, int32_t group_tile_bytes, int32_t input_offset, int32_t rounding, int32_t output_offset,
    int32_t activation_min, int32_t activation_max)
{
    const int32_t group_inputs = input_channels / groups;
    const int32_t group_outputs = output_channels / groups;
    const int32_t adjacent = dilation_width == 1 && groups == 1;
    const int32_t runs = adjacent ? 1 : kernel_width;
    const int32_t run_bytes = adjacent ? kernel_width * input_channels : group_inputs;
    const int32_t steps = (kernel_height * kernel_width * group_inputs + 15) / 16;
    const int32_t needed = (kernel_height - 1) * dilation_height + 1;
    const int32_t pixels = groups == 1 ? batches * output_height * output_width : output_width;
    const int32_t even_width = output_width % 2 == 0;
    const int32_t distance = stride_width * input_channels;
    const int32_t place = 16 * steps + 16;
    int8_t *windows = (int8_t *)scratch;
    const tcm_mve_rows rows = {windows + 2 * place, row_bytes, padding_left * input_channels, input_height,
                               input_width * input_channels, -input_offset, 1};
    int32_t waiting = 0;
    TCM_MVE_OPAQUE(tiles);
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int32_t y = row % output_height;
        const int8_t *image = input + (row / output_height) * input_height * rows.input_bytes;
        if (y == 0) {
            tcm_mve_fill(rows.rows, rows.zero_point, (needed + spare_rows) * row_bytes);
        }
        const int8_t *first_row = tcm_mve_rows_of(rows, image, y, stride_height, padding_top, needed, spare_rows);
        for (int32_t group = 0; group < groups; group++) {
            const int8_t *group_tiles = tiles + group * group_tile_bytes;
            int8_t *outputs = output + row * output_width * output_channels + group * group_outputs;
            const int8_t *values = first_row + group * group_inputs;
            for (int32_t x = 0; x < output_width; x++) {
                conv2d_s8__im2col_mve_window(windows + waiting * place, values, kernel_height,
                                             dilation_height * row_bytes, runs, run_bytes,
                                             dilation_width * input_channels);
                if (even_width) { /* both at once: the place is a literal */
                    values += distance;
                    outputs += output_channels;
                    x++;
                    conv2d_s8__im2col_mve_window(windows + place, values, kernel_height, dilation_height * row_bytes,
                                                 runs, run_bytes, dilation_width * input_channels);
                }
                if (even_width || waiting) {
                    tcm_mve_two_vectors(windows, windows + place, group_tiles, outputs - output_channels,
                                        group_outputs, output_channels, steps, rounding, output_offset,
                                        activation_min, activation_max);
                }
                waiting = !even_width && !waiting;
                values += distance;
                outputs += output_channels;
            }
            if (pixels % 2 != 0 && waiting && (groups > 1 || row + 1 == batches * output_height)) {
                conv2d_s8__im2col_mve_last(windows, windows + place, group_tiles, outputs - output_channels,
                                           pixels > 1, group_outputs, output_channels, steps, rounding, output_offset,
                                           activation_min, activation_max);
                waiting = 0;
            }
        }
    }
}

#endif
