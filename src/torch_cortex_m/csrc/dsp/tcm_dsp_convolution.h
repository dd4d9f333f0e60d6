/* Convolutions as products of columns and filters, for cores with the DSP extension; see tcm_dsp_matrix.h.
 *
 * A column is one run of inputs for each row of the window. A run that lies in the input is read there; one that meets
 * padding, or whose inputs are not neighbours (dilation, groups), is put together in a patch first. */
#ifndef TCM_DSP_CONVOLUTION_H
#define TCM_DSP_CONVOLUTION_H

#include "tcm_dsp_columns.h"
#include "tcm_window.h"

/* The run of a window in one row of the input, put together in the patch. */
TCM_KERNEL const int8_t *tcm_dsp_patch(const tcm_window *window, const int8_t *row, int32_t column, int32_t channels,
                                       int8_t *patch)
{
    /* As many of the window's columns as possible are copied at once. */
    const int32_t width = tcm_window_is_contiguous(window) ? window->kernel_width : 1;
    int8_t *next = patch;
    for (int32_t k = 0; k < window->kernel_width; k += width) {
        const int32_t x = column + k * window->dilation_width;
        const int32_t before = tcm_clamp(-x, 0, width);
        const int32_t after = tcm_clamp(x + width - window->input_width, 0, width - before);
        const int32_t inside = width - before - after;
        next = tcm_fill_bytes(next, window->padding_value, before * channels);
        next = tcm_copy_bytes(next, row + (x + before) * window->input_channels, inside * channels, channels);
        next = tcm_fill_bytes(next, window->padding_value, after * channels);
    }
    return patch;
}

/* One run of a window. padding: a run of padding; patch: memory for a run. */
TCM_KERNEL const int8_t *tcm_dsp_run(const tcm_window *window, const tcm_place *place, int32_t kernel_row,
                                     int32_t channels, const int8_t *padding, int8_t *patch)
{
    const int32_t y = place->row + kernel_row * window->dilation_height;
    const int32_t reach = (window->kernel_width - 1) * window->dilation_width;
    if (tcm_window_has_padding(window) && (y < 0 || y >= window->input_height)) {
        return padding;
    }
    const int8_t *row = place->image + y * window->input_width * window->input_channels;
    const int32_t is_inside =
        !tcm_window_has_padding(window) || (place->column >= 0 && place->column + reach < window->input_width);
    if (is_inside && tcm_window_is_contiguous(window)) {
        return row + place->column * window->input_channels;
    }
    return tcm_dsp_patch(window, row, place->column, channels, patch);
}

/* Whether four places from this one are in one row and their windows meet no padding on the left and right. */
TCM_KERNEL int32_t tcm_dsp_are_together(const tcm_window *window, const tcm_place *place)
{
    const int32_t last = place->column + 3 * window->stride_width;
    const int32_t reach = (window->kernel_width - 1) * window->dilation_width;
    const int32_t row_end = window->output_width * window->stride_width - window->padding_left;
    return tcm_window_is_contiguous(window) && place->column >= 0 && last < row_end && last + reach < window->input_width;
}

/* The columns of four places from this one. */
TCM_KERNEL void tcm_dsp_unpack_places(const tcm_window *window, const tcm_place *place, int32_t channels,
                                      const int8_t *padding, int8_t *patches, int32_t *columns)
{
    const int32_t length = window->kernel_width * channels;
    if (tcm_dsp_are_together(window, place)) {
        const int32_t step = window->stride_width * window->input_channels;
        for (int32_t k = 0; k < window->kernel_height; k++) {
            const int8_t *run = tcm_dsp_run(window, place, k, channels, padding, patches);
            /* Without padding there is no such run: another array may begin at its address. */
            if (tcm_window_has_padding(window) && run == padding) {
                columns = tcm_dsp_unpack_4(padding, 0, length, columns);
            } else {
                columns = tcm_dsp_unpack_4(run, step, length, columns);
            }
        }
        return;
    }
    tcm_place four[4];
    four[0] = *place;
    TCM_UNROLL
    for (int32_t i = 1; i < 4; i++) {
        four[i] = tcm_window_place_after(window, four[i - 1], 1);
    }
    for (int32_t k = 0; k < window->kernel_height; k++) {
        const int8_t *runs[4];
        TCM_UNROLL
        for (int32_t i = 0; i < 4; i++) {
            runs[i] = tcm_dsp_run(window, &four[i], k, channels, padding, patches + i * length);
        }
        columns = tcm_dsp_unpack_runs(runs, length, columns);
    }
}

/* All places, one group of filters. scratch: columns of four places, a run of padding, patches of four places. */
TCM_KERNEL void tcm_dsp_convolve_group(const int8_t *input, const int32_t *stream, int8_t *output, uint8_t *scratch,
                                       int32_t batches, const tcm_window *window, const tcm_dsp_layer *layer)
{
    const int32_t channels = window->input_channels / window->groups;
    const int32_t length = window->kernel_width * channels;
    const int32_t places = batches * window->output_height * window->output_width;
    int32_t *const columns = (int32_t *)(void *)scratch;
    int8_t *const padding = (int8_t *)(columns + (places >= 4 ? 4 : 1) * layer->pairs);
    int8_t *const patches = padding + length;
    tcm_place next = tcm_window_first_place(window, input);
    for (int32_t i = 0; i < places / 4; i++) {
        tcm_dsp_unpack_places(window, &next, channels, padding, patches, columns);
        next = tcm_window_place_after(window, next, 4);
        tcm_dsp_multiply(columns, stream, output, layer, 4);
        output += 4 * layer->output_stride;
    }
    for (int32_t i = 0; i < places % 4; i++) {
        int32_t *end = columns;
        for (int32_t k = 0; k < window->kernel_height; k++) {
            end = tcm_dsp_unpack_1(tcm_dsp_run(window, &next, k, channels, padding, patches), length, end);
        }
        next = tcm_window_place_after(window, next, 1);
        tcm_dsp_multiply(columns, stream, output, layer, 1);
        output += layer->output_stride;
    }
}

TCM_KERNEL void tcm_dsp_convolve(const int8_t *input, const int32_t *stream, int8_t *output, uint8_t *scratch,
                                 int32_t batches, const tcm_window *window, const tcm_dsp_layer *layer)
{
    const int32_t channels = window->input_channels / window->groups;
    const int32_t length = window->kernel_width * channels;
    const int32_t places = batches * window->output_height * window->output_width;
    if (tcm_window_has_padding(window)) {
        int8_t *padding = (int8_t *)scratch + (places >= 4 ? 16 : 4) * layer->pairs;
        tcm_fill_bytes(padding, window->padding_value, length);
    }
    for (int32_t group = 0; group < window->groups; group++) {
        tcm_dsp_convolve_group(input + group * channels, stream, output + group * layer->filters, scratch, batches,
                               window, layer);
        stream += (layer->filters + 1) / 2 * tcm_dsp_stream_words(layer);
    }
}

#endif
