/* Convolutions for cores without SIMD, one place of the output at a time; see tcm_scalar_columns.h. */
#ifndef TCM_SCALAR_CONVOLUTION_H
#define TCM_SCALAR_CONVOLUTION_H

#include "tcm_scalar_columns.h"
#include "tcm_window.h"

/* Gathers ``width`` neighbours of one row of the window and returns the sum of their bytes. */
TCM_KERNEL uint32_t tcm_scalar_gather_run(const tcm_window *window, const int8_t *row, int32_t column, int32_t width,
                                          int32_t channels, uint8_t *target)
{
    int32_t before = 0;
    int32_t after = 0;
    if (tcm_window_has_padding(window)) {
        before = tcm_clamp(-column, 0, width);
        after = tcm_clamp(column + width - window->input_width, 0, width - before);
    }
    const int32_t inside = (width - before - after) * channels;
    uint32_t sum = tcm_scalar_append_value(target, window->padding_value, before * channels);
    target += before * channels;
    sum += tcm_scalar_append(target, row + (column + before) * window->input_channels, inside);
    return sum + tcm_scalar_append_value(target + inside, window->padding_value, after * channels);
}

/* Gathers a window and returns the sum of its bytes. */
TCM_KERNEL uint32_t tcm_scalar_gather(const tcm_window *window, const tcm_place *place, int32_t channels,
                                      uint8_t *target)
{
    /* As many of a row's columns as possible are gathered at once. */
    const int32_t width = tcm_window_is_contiguous(window) ? window->kernel_width : 1;
    uint32_t sum = 0;
    for (int32_t ky = 0; ky < window->kernel_height; ky++) {
        const int32_t y = place->row + ky * window->dilation_height;
        const int8_t *row = place->image + y * window->input_width * window->input_channels;
        const int32_t is_padding = tcm_window_has_padding(window) && (y < 0 || y >= window->input_height);
        for (int32_t kx = 0; kx < window->kernel_width; kx += width) {
            const int32_t column = place->column + kx * window->dilation_width;
            if (is_padding) {
                sum += tcm_scalar_append_value(target, window->padding_value, width * channels);
            } else {
                sum += tcm_scalar_gather_run(window, row, column, width, channels, target);
            }
            target += width * channels;
        }
    }
    return sum;
}

/* All places and groups. scratch: a column. */
TCM_KERNEL void tcm_scalar_convolve(const int8_t *input, const int8_t *weights, const int32_t *parameters,
                                    int8_t *output, uint8_t *scratch, int32_t batches, int32_t filters,
                                    const tcm_window *window, const tcm_scalar_outputs *outputs)
{
    const int32_t channels = window->input_channels / window->groups;
    const int32_t taps = window->kernel_height * window->kernel_width * channels;
    const int32_t group_filters = filters / window->groups;
    for (int32_t group = 0; group < window->groups; group++) {
        tcm_place place = tcm_window_first_place(window, input + group * channels);
        int8_t *target = output + group * group_filters;
        for (int32_t i = 0; i < batches * window->output_height * window->output_width; i++) {
            const uint32_t sum = tcm_scalar_gather(window, &place, channels, scratch);
            tcm_scalar_multiply(scratch, sum, taps, (const uint8_t *)weights, parameters, group_filters, target,
                                outputs);
            target += filters;
            place = tcm_window_place_after(window, place, 1);
        }
        weights += group_filters * taps;
        parameters += 4 * group_filters;
    }
}

#endif
