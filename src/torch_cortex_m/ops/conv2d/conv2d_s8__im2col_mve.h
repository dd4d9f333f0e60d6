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

/* The outputs of `count` waiting windows, `place` bytes apart, the last of which are at `output`. An odd one is computed
 * again together with the one before it, which may be in the last of the `capacity` places, or alone if `alone` is 1. */
TCM_KERNEL void conv2d_s8__im2col_mve_outputs(const int8_t *windows, const int8_t *tiles, int8_t *output, int32_t count,
                                              int32_t capacity, int32_t place, int32_t alone, int32_t channels,
                                              int32_t output_step, int32_t steps, int32_t lead_bytes, int32_t rounding,
                                              int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    if (alone) {
        tcm_mve_one_vector(windows, tiles, output, channels, steps, lead_bytes, rounding, output_offset, activation_min,
                           activation_max);
        return;
    }
    int32_t pairs = count / 2;
    for (int32_t window = 0; window < count; window += 2 * pairs, pairs = 1) {
        const int32_t first = window + 2 > count || pairs == 0 ? count - 2 : window;
        pairs = pairs == 0 ? 1 : pairs;
        tcm_mve_pairs(windows + (first < 0 ? capacity - 1 : first) * place, windows + (first + 1) * place, tiles,
                      output - (count - 1 - first) * output_step, pairs, 2 * place, channels, output_step, steps,
                      lead_bytes, rounding, output_offset, activation_min, activation_max);
    }
}

/* In scratch there are `capacity` places for windows, an even number, then the copied rows. Windows wait there until
 * the places are filled, or the row has ended; with one group, until all rows have ended. */
TCM_KERNEL void conv2d_s8__im2col_mve(
    const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch, int32_t batches, int32_t input_height,
    int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width, int32_t output_channels,
    int32_t groups, int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t stride_width,
    int32_t padding_top, int32_t padding_left, int32_t dilation_height, int32_t dilation_width, int32_t row_bytes,
    int32_t spare_rows, int32_t group_tile_bytes, int32_t capacity, int32_t lead_bytes, int32_t input_offset,
    int32_t rounding, int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t group_inputs = input_channels / groups;
    const int32_t group_outputs = output_channels / groups;
    const int32_t adjacent = dilation_width == 1 && groups == 1;
    const int32_t runs = adjacent ? 1 : kernel_width;
    const int32_t run_bytes = adjacent ? kernel_width * input_channels : group_inputs;
    const int32_t steps = (kernel_height * kernel_width * group_inputs + 15) / 16;
    const int32_t needed = (kernel_height - 1) * dilation_height + 1;
    const int32_t output_rows = batches * output_height;
    const int32_t alone = output_width == 1 && (groups > 1 || output_rows == 1);
    const int32_t place = 16 * steps + 16;
    int8_t *windows = (int8_t *)scratch;
    const tcm_mve_rows rows = {
        .rows = windows + capacity * place,
        .row_bytes = row_bytes,
        .left_bytes = padding_left * input_channels,
        .input_height = input_height,
        .input_bytes = input_width * input_channels,
        .zero_point = -input_offset,
        .repeat = 1,
    };
    int32_t count = 0;
    TCM_MVE_OPAQUE(tiles);
    for (int32_t row = 0; row < output_rows; row++) {
        const int32_t y = row % output_height;
        const int8_t *image = input + (row / output_height) * input_height * rows.input_bytes;
        if (y == 0) {
            tcm_mve_fill(rows.rows, rows.zero_point, (needed + spare_rows) * row_bytes);
        }
        const int8_t *first_row = tcm_mve_rows_of(rows, image, y, stride_height, padding_top, needed, spare_rows);
        for (int32_t group = 0; group < groups; group++) {
            const int8_t *values = first_row + group * group_inputs;
            int8_t *outputs = output + row * output_width * output_channels + group * group_outputs;
            for (int32_t x = 0; x < output_width;) {
                const int32_t room = capacity - count < output_width - x ? capacity - count : output_width - x;
                for (int32_t i = 0; i < room; i++) {
                    conv2d_s8__im2col_mve_window(windows + (count + i) * place, values, kernel_height,
                                                 dilation_height * row_bytes, runs, run_bytes,
                                                 dilation_width * input_channels);
                    values += stride_width * input_channels;
                }
                count += room;
                x += room;
                if (count == capacity || (x == output_width && (groups > 1 || row + 1 == output_rows))) {
                    conv2d_s8__im2col_mve_outputs(windows, tiles + group * group_tile_bytes,
                                                  outputs + (x - 1) * output_channels, count, capacity, place, alone,
                                                  group_outputs, output_channels, steps, lead_bytes, rounding,
                                                  output_offset, activation_min, activation_max);
                    count = 0;
                }
            }
        }
    }
}

#endif
