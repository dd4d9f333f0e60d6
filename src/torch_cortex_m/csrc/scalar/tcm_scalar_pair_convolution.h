/* Convolutions for cores without SIMD, two places of the output at a time; see tcm_scalar_pairs.h. */
#ifndef TCM_SCALAR_PAIR_CONVOLUTION_H
#define TCM_SCALAR_PAIR_CONVOLUTION_H

#include "tcm_scalar_pairs.h"
#include "tcm_window.h"

/* Puts ``count`` inputs, or if there are none the padding's value, into the lower halves of a column (shift 0), which
 * clears the upper ones, or into the upper halves (shift 16). Returns the sum of their bytes. */
TCM_KERNEL uint32_t tcm_scalar_append_half(uint32_t *column, const int8_t *input, int32_t padding, int32_t count,
                                           int32_t shift)
{
    uint32_t sum = 0;
    for (int32_t i = 0; i < count; i++) {
        const uint32_t value = (uint32_t)((input == NULL ? padding : input[i]) + 128);
        column[i] = shift == 0 ? value : column[i] + (value << shift);
        sum += value;
    }
    return sum;
}

/* Gathers ``width`` neighbours of row y of a place's window into halves and returns the sum of their bytes. */
TCM_KERNEL uint32_t tcm_scalar_gather_half(const tcm_window *window, const tcm_place *place, int32_t y, int32_t x,
                                           int32_t width, int32_t channels, uint32_t *column, int32_t shift)
{
    const int32_t before = y < 0 || y >= window->input_height ? width : tcm_clamp(-x, 0, width);
    const int32_t after = tcm_clamp(x + width - window->input_width, 0, width - before);
    const int32_t inside = (width - before - after) * channels;
    const int8_t *input = place->image + (y * window->input_width + x + before) * window->input_channels;
    uint32_t sum = tcm_scalar_append_half(column, NULL, window->padding_value, before * channels, shift);
    column += before * channels;
    sum += tcm_scalar_append_half(column, input, 0, inside, shift);
    return sum + tcm_scalar_append_half(column + inside, NULL, window->padding_value, after * channels, shift);
}

/* Whether no neighbour of a row's ``width`` is padding. */
TCM_KERNEL int32_t tcm_scalar_is_inside(const tcm_window *window, int32_t y, int32_t x, int32_t width)
{
    return !tcm_window_has_padding(window) ||
           (y >= 0 && y < window->input_height && x >= 0 && x + width <= window->input_width);
}

/* Gathers the windows of two places. */
TCM_KERNEL void tcm_scalar_gather_pair(const tcm_window *window, const tcm_place *first, const tcm_place *second,
                                       int32_t channels, uint32_t *column, uint32_t column_sums[2])
{
    /* As many of a row's columns as possible are gathered at once. */
    const int32_t width = tcm_window_is_contiguous(window) ? window->kernel_width : 1;
    column_sums[0] = 0;
    column_sums[1] = 0;
    for (int32_t ky = 0; ky < window->kernel_height; ky++) {
        const int32_t first_y = first->row + ky * window->dilation_height;
        const int32_t second_y = second->row + ky * window->dilation_height;
        for (int32_t kx = 0; kx < window->kernel_width; kx += width) {
            const int32_t first_x = first->column + kx * window->dilation_width;
            const int32_t second_x = second->column + kx * window->dilation_width;
            if (tcm_scalar_is_inside(window, first_y, first_x, width) &&
                tcm_scalar_is_inside(window, second_y, second_x, width)) {
                const int32_t first_offset = first_y * window->input_width + first_x;
                const int32_t second_offset = second_y * window->input_width + second_x;
                tcm_scalar_append_pairs(column, first->image + first_offset * window->input_channels,
                                        second->image + second_offset * window->input_channels, width * channels,
                                        column_sums);
            } else {
                column_sums[0] += tcm_scalar_gather_half(window, first, first_y, first_x, width, channels, column, 0);
                column_sums[1] += tcm_scalar_gather_half(window, second, second_y, second_x, width, channels, column,
                                                         16);
            }
            column += width * channels;
        }
    }
}

/* All places and groups. An odd place at the end is computed twice at once. scratch: a column of words. */
TCM_KERNEL void tcm_scalar_convolve_pairs(const int8_t *input, const int8_t *weights, const int32_t *parameters,
                                          int8_t *output, uint32_t *scratch, int32_t batches, int32_t filters,
                                          const tcm_window *window, const tcm_scalar_outputs *outputs)
{
    const int32_t channels = window->input_channels / window->groups;
    const int32_t taps = window->kernel_height * window->kernel_width * channels;
    const int32_t group_filters = filters / window->groups;
    const int32_t places = batches * window->output_height * window->output_width;
    for (int32_t group = 0; group < window->groups; group++) {
        tcm_place first = tcm_window_first_place(window, input + group * channels);
        int8_t *target = output + group * group_filters;
        for (int32_t i = 0; i < places; i += 2) {
            const int32_t is_pair = i + 1 < places;
            const tcm_place second = is_pair ? tcm_window_place_after(window, first, 1) : first;
            uint32_t column_sums[2];
            tcm_scalar_gather_pair(window, &first, &second, channels, scratch, column_sums);
            tcm_scalar_multiply_pair(scratch, column_sums, taps, (const uint8_t *)weights, parameters, group_filters,
                                     target, is_pair ? target + filters : target, outputs);
            target += 2 * filters;
            first = tcm_window_place_after(window, second, 1);
        }
        weights += group_filters * taps;
        parameters += 4 * group_filters;
    }
}

#endif
