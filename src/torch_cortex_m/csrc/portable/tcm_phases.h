/* The phases of a transposed convolution: places of the output that lie a stride apart, and are an ordinary convolution. */
#ifndef TCM_PHASES_H
#define TCM_PHASES_H

#include "tcm_window.h"

/* A layer; its weights are those of ops/conv_transpose2d/phases.py. */
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
} tcm_phases;

/* The outputs of a phase along one axis: ``outputs`` of them from ``first`` on, a stride apart. The last tap of the
 * window of the first one is at place ``last`` of the input, those of the others at the following ones. */
typedef struct {
    int32_t first;
    int32_t outputs;
    int32_t last;
} tcm_phase;

TCM_KERNEL tcm_phase tcm_phase_of(int32_t phase, int32_t stride, int32_t padding, int32_t output_size)
{
    tcm_phase result;
    result.first = (phase + stride - padding % stride) % stride;
    result.outputs = (output_size - result.first + stride - 1) / stride;
    result.last = (result.first + padding - phase) / stride;
    return result;
}

TCM_KERNEL tcm_phase tcm_phase_of_rows(const tcm_phases *phases, int32_t phase)
{
    return tcm_phase_of(phase, phases->stride_height, phases->padding_top, phases->output_height);
}

TCM_KERNEL tcm_phase tcm_phase_of_columns(const tcm_phases *phases, int32_t phase)
{
    return tcm_phase_of(phase, phases->stride_width, phases->padding_left, phases->output_width);
}

/* The windows of a phase, whose taps are in reverse order. */
TCM_KERNEL tcm_window tcm_phase_window(const tcm_phases *phases, tcm_phase rows, tcm_phase columns, int32_t taps_height,
                                       int32_t taps_width)
{
    const tcm_window window = {
        .input_height = phases->input_height,
        .input_width = phases->input_width,
        .input_channels = phases->input_channels,
        .output_height = rows.outputs,
        .output_width = columns.outputs,
        .groups = 1,
        .kernel_height = taps_height,
        .kernel_width = taps_width,
        .stride_height = 1,
        .stride_width = 1,
        .padding_top = phases->is_padded,
        .padding_left = taps_width - 1 - columns.last,
        .padding_bottom = 0,
        .padding_right = 0,
        .dilation_height = 1,
        .dilation_width = 1,
        .padding_value = phases->padding_value,
    };
    return window;
}

/* The first window of a phase in row ``row`` of all its rows, in all batches. */
TCM_KERNEL tcm_place tcm_phase_place(const tcm_phases *phases, const int8_t *input, tcm_phase rows, tcm_phase columns,
                                     int32_t row, int32_t taps_height, int32_t taps_width)
{
    const int32_t image_bytes = phases->input_height * phases->input_width * phases->input_channels;
    const tcm_place place = {
        .image = input + row / rows.outputs * image_bytes,
        .row = rows.last + row % rows.outputs - (taps_height - 1),
        .column = columns.last - (taps_width - 1),
    };
    return place;
}

/* Where its output is. */
TCM_KERNEL int32_t tcm_phase_output(const tcm_phases *phases, tcm_phase rows, tcm_phase columns, int32_t row)
{
    const int32_t first = row / rows.outputs * phases->output_height + rows.first;
    const int32_t y = first + row % rows.outputs * phases->stride_height;
    return (y * phases->output_width + columns.first) * phases->output_channels;
}

/* PART(first_y, end_y, taps_height, first_x, end_x, taps_width) for the phases of each size of window, in the order of the
 * weights: on each axis the first long_* ones have most_* taps, the others one less. */
#define TCM_PHASE_PARTS(PART)                                                                                         \
    PART(0, long_height, most_height, 0, long_width, most_width);                                                     \
    if (long_width < phases_width) {                                                                                  \
        PART(0, long_height, most_height, long_width, phases_width, most_width - 1);                                  \
    }                                                                                                                 \
    if (long_height < stride_height) {                                                                                \
        PART(long_height, stride_height, most_height - 1, 0, long_width, most_width);                                 \
    }                                                                                                                 \
    if (long_height < stride_height && long_width < phases_width) {                                                   \
        PART(long_height, stride_height, most_height - 1, long_width, phases_width, most_width - 1);                  \
    }

/* The parameters of a kernel that ``tcm_phases`` and TCM_PHASE_PARTS need. */
#define TCM_PHASES_PARAMETERS                                                                                         \
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,        \
        int32_t output_width, int32_t output_channels, int32_t stride_height, int32_t stride_width,                   \
        int32_t padding_top, int32_t padding_left, int32_t is_padded, int32_t phases_width, int32_t most_height,      \
        int32_t most_width, int32_t long_height, int32_t long_width, int32_t input_offset

#define TCM_PHASES                                                                                                    \
    {                                                                                                                 \
        .batches = batches, .input_height = input_height, .input_width = input_width,                                 \
        .input_channels = input_channels, .output_height = output_height, .output_width = output_width,               \
        .output_channels = output_channels, .stride_height = stride_height, .stride_width = stride_width,             \
        .padding_top = padding_top, .padding_left = padding_left, .is_padded = is_padded,                             \
        .padding_value = -input_offset,                                                                               \
    }

#endif
