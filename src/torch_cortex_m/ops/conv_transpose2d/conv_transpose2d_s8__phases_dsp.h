/* Transposed convolution for cores with the DSP extension: each phase of the output is a convolution, four places of a row
 * at a time. See tcm_phases.h and tcm_dsp_convolution.h. */
#ifndef CONV_TRANSPOSE2D_S8__PHASES_DSP_H
#define CONV_TRANSPOSE2D_S8__PHASES_DSP_H

#include "tcm_dsp_convolution.h"
#include "tcm_phases.h"

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
                                                     uint8_t *scratch, const tcm_phases *phases, tcm_dsp_layer layer,
                                                     int32_t first_y, int32_t end_y, int32_t taps_height,
                                                     int32_t first_x, int32_t end_x, int32_t taps_width)
{
    const int32_t length = taps_width * phases->input_channels;
    const int32_t is_short = phases->output_width / phases->stride_width < 4;
    int32_t *const columns = (int32_t *)(void *)scratch;
    layer.pairs = taps_height * tcm_dsp_run_pairs(length);
    if (phases->is_padded) {
        tcm_fill_bytes((int8_t *)(columns + 4 * layer.pairs), phases->padding_value, length);
    }
    for (int32_t i = 0; i < (end_y - first_y) * (end_x - first_x); i++) {
        const tcm_phase y = tcm_phase_of_rows(phases, first_y + i / (end_x - first_x));
        const tcm_phase x = tcm_phase_of_columns(phases, first_x + i % (end_x - first_x));
        const tcm_window window = tcm_phase_window(phases, y, x, taps_height, taps_width);
        for (int32_t row = 0; row < phases->batches * y.outputs; row++) {
            const tcm_place place = tcm_phase_place(phases, input, y, x, row, taps_height, taps_width);
            conv_transpose2d_s8_row(&window, place, x.outputs, is_short, stream,
                                    output + tcm_phase_output(phases, y, x, row), columns, &layer);
        }
        stream += (layer.filters + 1) / 2 * tcm_dsp_stream_words(&layer);
    }
    return stream;
}

#define CONV_TRANSPOSE2D_S8_DSP_PART(first_y, end_y, taps_height, first_x, end_x, taps_width)                         \
    stream = conv_transpose2d_s8_phases(input, stream, output, scratch, &phases, layer, first_y, end_y, taps_height,  \
                                        first_x, end_x, taps_width)

TCM_KERNEL void conv_transpose2d_s8__phases_dsp(const int8_t *input, const int32_t *stream, int8_t *output,
                                                uint8_t *scratch, TCM_PHASES_PARAMETERS, int32_t output_offset,
                                                int32_t form, int32_t way, int32_t common_shift,
                                                int32_t activation_min, int32_t activation_max)
{
    const tcm_phases phases = TCM_PHASES;
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
    TCM_PHASE_PARTS(CONV_TRANSPOSE2D_S8_DSP_PART)
}

#endif
