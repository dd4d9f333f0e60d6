/* Transposed convolution for cores with the DSP extension: each phase of the output is a convolution, four places of a row
 * at a time. See tcm_phases.h and tcm_dsp_convolution.h. */
#ifndef CONV_TRANSPOSE2D_S8__PHASES_DSP_H
#define CONV_TRANSPOSE2D_S8__PHASES_DSP_H

#include "tcm_dsp_convolution.h"
#include "tcm_phases.h"

typedef struct {
    int32_t batches;
    int32_t input_height;
    int32_t input_width;
    int32_t input_channels;
    int32_t output_height;
    int32_t output_width;
    int32_t output_channels;
    int32_t stride_height;
    int32_t stride_width;
    int32_t padding_top;
    int32_t padding_left;
    int32_t is_padded; /* whether windows leave the input */
    int32_t padding_value;
} conv_transpose2d_s8_sizes;

/* One row of one phase. What is left of fours of places is computed again together with those before it, or, in short
 * rows, one by one. */
TCM_KERNEL void conv_transpose2d_s8_row(const tcm_window *window, tcm_place place, int32_t count, int32_t is_short,
                                        const int32_t *stream, int8_t *output, int32_t *columns,
                                        const tcm_dsp_layer *layer)
{
    const int32_t length = window->kernel_width * window->input_channels;
    int8_t *const padding = (int8_t *)(columns + 4 * layer->pairs);
    int8_t *const patches = padding + length;
    const int32_t fours = is_short ? count / 4 : (count + 3) / 4;
    const int32_t start = place.column;
    for (int32_t i = 0; i < fours; i++) {
        const int32_t x = 4 * i + 4 <= count ? 4 * i : count - 4;
        place.column = start + x;
        tcm_dsp_unpack_places(window, &place, window->input_channels, padding, patches, columns);
        tcm_dsp_multiply(columns, stream, output + x * layer->output_stride, layer, 4);
    }
    for (int32_t x = 4 * fours; is_short && x < count; x++) {
        int32_t *end = columns;
        place.column = start + x;
        for (int32_t k = 0; k < window->kernel_height; k++) {
            const int8_t *run = tcm_dsp_run(window, &place, k, window->input_channels, padding, patches);
            end = tcm_dsp_unpack_1(run, length, end);
        }
        tcm_dsp_multiply(columns, stream, output + x * layer->output_stride, layer, 1);
    }
}

/* The phases [first_y, end_y) times [first_x, end_x), which have windows of this size; returns the end of the stream. */
TCM_KERNEL const int32_t *conv_transpose2d_s8_phases(const int8_t *input, const int32_t *stream, int8_t *output,
                                                     uint8_t *scratch, const conv_transpose2d_s8_sizes *sizes,
                                                     tcm_dsp_layer layer, int32_t first_y, int32_t end_y,
                                                     int32_t taps_height, int32_t first_x, int32_t end_x,
                                                     int32_t taps_width)
{
    const int32_t length = taps_width * sizes->input_channels;
    const int32_t image_bytes = sizes->input_height * sizes->input_width * sizes->input_channels;
    const int32_t row_bytes = sizes->output_width * sizes->output_channels;
    const int32_t is_short = sizes->output_width / sizes->stride_width < 4;
    int32_t *const columns = (int32_t *)(void *)scratch;
    layer.pairs = taps_height * tcm_dsp_run_pairs(length);
    if (sizes->is_padded) {
        tcm_fill_bytes((int8_t *)(columns + 4 * layer.pairs), sizes->padding_value, length);
    }
    for (int32_t i = 0; i < (end_y - first_y) * (end_x - first_x); i++) {
        const tcm_phase y = tcm_phase_of(first_y + i / (end_x - first_x), sizes->stride_height, sizes->padding_top,
                                         sizes->output_height);
        const tcm_phase x = tcm_phase_of(first_x + i % (end_x - first_x), sizes->stride_width, sizes->padding_left,
                                         sizes->output_width);
        const tcm_window window = {
            .input_height = sizes->input_height,
            .input_width = sizes->input_width,
            .input_channels = sizes->input_channels,
            .output_height = y.count,
            .output_width = x.count,
            .groups = 1,
            .kernel_height = taps_height,
            .kernel_width = taps_width,
            .stride_height = 1,
            .stride_width = 1,
            .padding_top = sizes->is_padded,
            .padding_left = taps_width - 1 - x.last,
            .padding_bottom = 0,
            .padding_right = 0,
            .dilation_height = 1,
            .dilation_width = 1,
            .padding_value = sizes->padding_value,
        };
        for (int32_t row = 0; row < sizes->batches * y.count; row++) {
            const int32_t batch = row / y.count;
            const int32_t line = row % y.count;
            const tcm_place place = {
                .image = input + batch * image_bytes,
                .row = y.last + line - (taps_height - 1),
                .column = x.last - (taps_width - 1),
            };
            int8_t *target = output + (batch * sizes->output_height + y.first + line * sizes->stride_height) * row_bytes +
                             x.first * sizes->output_channels;
            conv_transpose2d_s8_row(&window, place, x.count, is_short, stream, target, columns, &layer);
        }
        stream += (layer.filters + 1) / 2 * tcm_dsp_stream_words(&layer);
    }
    return stream;
}

/* The first long_height and long_width phases have most_height and most_width taps, the others one less. */
TCM_KERNEL void conv_transpose2d_s8__phases_dsp(
    const int8_t *input, const int32_t *stream, int8_t *output, uint8_t *scratch, int32_t batches, int32_t input_height,
    int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width, int32_t output_channels,
    int32_t stride_height, int32_t stride_width, int32_t padding_top, int32_t padding_left, int32_t is_padded,
    int32_t phases_width, int32_t most_height, int32_t most_width, int32_t long_height, int32_t long_width,
    int32_t input_offset, int32_t output_offset, int32_t form, int32_t way, int32_t common_shift,
    int32_t activation_min, int32_t activation_max)
{
    const conv_transpose2d_s8_sizes sizes = {
        .batches = batches,
        .input_height = input_height,
        .input_width = input_width,
        .input_channels = input_channels,
        .output_height = output_height,
        .output_width = output_width,
        .output_channels = output_channels,
        .stride_height = stride_height,
        .stride_width = stride_width,
        .padding_top = padding_top,
        .padding_left = padding_left,
        .is_padded = is_padded,
        .padding_value = -input_offset,
    };
    const tcm_dsp_layer layer = {
        .filters = output_channels * stride_width / phases_width,
        .pairs = 0,
        .output_stride = output_channels * stride_width,
        .form = form,
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    stream = conv_transpose2d_s8_phases(input, stream, output, scratch, &sizes, layer, 0, long_height, most_height, 0,
                                        long_width, most_width);
    if (long_width < phases_width) {
        stream = conv_transpose2d_s8_phases(input, stream, output, scratch, &sizes, layer, 0, long_height, most_height,
                                            long_width, phases_width, most_width - 1);
    }
    if (long_height < stride_height) {
        stream = conv_transpose2d_s8_phases(input, stream, output, scratch, &sizes, layer, long_height, stride_height,
                                            most_height - 1, 0, long_width, most_width);
    }
    if (long_height < stride_height && long_width < phases_width) {
        conv_transpose2d_s8_phases(input, stream, output, scratch, &sizes, layer, long_height, stride_height,
                                   most_height - 1, long_width, phases_width, most_width - 1);
    }
}

#endif
