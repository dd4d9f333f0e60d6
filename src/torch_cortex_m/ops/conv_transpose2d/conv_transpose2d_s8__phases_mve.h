/* Transposed convolution for MVE: each phase of the output is a convolution, two places of a row and four channels at a
 * time. See tcm_phases.h and tcm_mve_rows.h. */
#ifndef CONV_TRANSPOSE2D_S8__PHASES_MVE_H
#define CONV_TRANSPOSE2D_S8__PHASES_MVE_H

#include "conv2d_s8__im2col_mve.h"
#include "tcm_phases.h"

typedef struct {
    tcm_phases phases;
    int32_t most_height;
    int32_t row_bytes;
    int32_t left_columns;
    int32_t capacity; /* windows that wait for each other, an even number */
    int32_t is_short; /* whether rows of a phase may have a single place */
} conv_transpose2d_s8_mve_layer;

/* Parameters whose values the assembly needs: debug builds keep no literals in structs. Places of a phase are output_step
 * bytes apart. */
#define CONV_TRANSPOSE2D_S8_MVE_PARAMETERS                                                                            \
    int32_t channels, int32_t filters, int32_t output_step, int32_t lead_bytes, int32_t rounding,                     \
        int32_t output_offset, int32_t activation_min, int32_t activation_max

#define CONV_TRANSPOSE2D_S8_MVE_ARGUMENTS                                                                             \
    channels, filters, output_step, lead_bytes, rounding, output_offset, activation_min, activation_max

/* Bytes of the tiles of one phase. */
TCM_KERNEL int32_t conv_transpose2d_s8_mve_phase_bytes(int32_t steps, int32_t filters, int32_t lead_bytes,
                                                       int32_t rounding)
{
    const int32_t tile_bytes = 64 * steps + (rounding == 2 ? 80 : 48);
    return filters / 8 * lead_bytes + (filters + 3) / 4 * tile_bytes;
}

/* `count` places of one phase, whose first window is at `window`. A window of one row is read as it lies, others are
 * copied to `windows` first. A last odd place is computed again together with the one before it, a single one alone. */
TCM_KERNEL void conv_transpose2d_s8_mve_places(const conv_transpose2d_s8_mve_layer *layer, const int8_t *window,
                                               int32_t count, int32_t taps_height, int32_t taps_width, int8_t *windows,
                                               const int8_t *tiles, int8_t *output, CONV_TRANSPOSE2D_S8_MVE_PARAMETERS)
{
    const int32_t run_bytes = taps_width * channels;
    const int32_t steps = (taps_height * run_bytes + 15) / 16;
    const int32_t place = taps_height == 1 ? channels : 16 * steps + 16;
    for (int32_t x = 0; x < count;) {
        const int32_t left = count - x;
        const int32_t is_single = layer->is_short && count == 1;
        const int32_t first = left == 1 && !is_single ? x - 1 : x;
        const int32_t most = left < 2 ? 2 : left / 2 * 2;
        const int32_t taken = is_single ? 1 : (taps_height > 1 && most > layer->capacity ? layer->capacity : most);
        const int8_t *vectors = window + first * channels;
        if (taps_height > 1) {
            for (int32_t i = 0; i < taken; i++) {
                conv2d_s8__im2col_mve_window(windows + i * place, vectors + i * channels, taps_height,
                                             layer->row_bytes, 1, run_bytes, 0);
            }
            vectors = windows;
        }
        if (is_single) {
            tcm_mve_one_vector(vectors, tiles, output, filters, steps, lead_bytes, rounding,
                               output_offset, activation_min, activation_max);
        } else {
            tcm_mve_pairs(vectors, vectors + place, tiles, output + first * output_step, taken / 2, 2 * place,
                          filters, output_step, steps, lead_bytes, rounding,
                          output_offset, activation_min, activation_max);
        }
        x = first + taken;
    }
}

/* The phases [first_y, end_y) times [first_x, end_x), which have windows of this size, where row `row` of the input is the
 * last one of windows; `top` is the first of the rows that the largest windows need. Returns the end of the tiles. */
TCM_KERNEL const int8_t *conv_transpose2d_s8_mve_phases(const conv_transpose2d_s8_mve_layer *layer, const int8_t *top,
                                                        int32_t row, int32_t first_y, int32_t end_y,
                                                        int32_t taps_height, int32_t first_x, int32_t end_x,
                                                        int32_t taps_width, int8_t *windows, const int8_t *tiles,
                                                        int8_t *output, CONV_TRANSPOSE2D_S8_MVE_PARAMETERS)
{
    const tcm_phases *phases = &layer->phases;
    const int32_t steps = (taps_height * taps_width * channels + 15) / 16;
    const int8_t *lines = top + (layer->most_height - taps_height) * layer->row_bytes;
    for (int32_t i = 0; i < (end_y - first_y) * (end_x - first_x); i++) {
        const int32_t y = row * phases->stride_height + first_y + i / (end_x - first_x) - phases->padding_top;
        const tcm_phase x = tcm_phase_of_columns(phases, first_x + i % (end_x - first_x));
        if (y >= 0 && y < phases->output_height) {
            const int32_t column = layer->left_columns + x.last - (taps_width - 1);
            conv_transpose2d_s8_mve_places(layer, lines + column * channels, x.outputs, taps_height, taps_width,
                                           windows, tiles,
                                           output + (y * phases->output_width + x.first) * phases->output_channels,
                                           CONV_TRANSPOSE2D_S8_MVE_ARGUMENTS);
        }
        tiles += conv_transpose2d_s8_mve_phase_bytes(steps, filters, lead_bytes, rounding);
    }
    return tiles;
}

#define CONV_TRANSPOSE2D_S8_MVE_PART(first_y, end_y, taps_height, first_x, end_x, taps_width)                         \
    next = conv_transpose2d_s8_mve_phases(&layer, top, row, first_y, end_y, taps_height, first_x, end_x, taps_width,  \
                                          windows, next, output, CONV_TRANSPOSE2D_S8_MVE_ARGUMENTS)

/* In scratch there are the places for windows, then the copied rows. */
TCM_KERNEL void conv_transpose2d_s8__phases_mve(const int8_t *input, const int8_t *tiles, int8_t *output,
                                                uint8_t *scratch, TCM_PHASES_PARAMETERS, int32_t row_bytes,
                                                int32_t left_columns, int32_t spare_rows, int32_t capacity,
                                                int32_t window_bytes, int32_t lead_bytes, int32_t rounding,
                                                int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const conv_transpose2d_s8_mve_layer layer = {
        .phases = TCM_PHASES,
        .most_height = most_height,
        .row_bytes = row_bytes,
        .left_columns = left_columns,
        .capacity = capacity,
        .is_short = output_width < 2 * stride_width,
    };
    const int32_t channels = input_channels;
    const int32_t filters = output_channels * stride_width / phases_width;
    const int32_t output_step = output_channels * stride_width;
    int8_t *const windows = (int8_t *)scratch;
    const tcm_mve_rows rows = {
        .rows = windows + window_bytes,
        .row_bytes = row_bytes,
        .left_bytes = left_columns * input_channels,
        .input_height = input_height,
        .input_bytes = input_width * input_channels,
        .zero_point = -input_offset,
        .repeat = 1,
    };
    const int32_t first_row = padding_top / stride_height;
    const int32_t last_row = (padding_top + output_height - 1) / stride_height;
    TCM_MVE_OPAQUE(tiles);
    for (int32_t batch = 0; batch < batches; batch++) {
        tcm_mve_fill(rows.rows, rows.zero_point, (most_height + spare_rows) * row_bytes);
        for (int32_t row = first_row; row <= last_row; row++) {
            const int8_t *top = tcm_mve_rows_of(rows, input, row - first_row, 1, most_height - 1 - first_row,
                                                most_height, spare_rows);
            const int8_t *next = tiles;
            TCM_PHASE_PARTS(CONV_TRANSPOSE2D_S8_MVE_PART)
        }
        input += input_height * rows.input_bytes;
        output += output_height * output_width * output_channels;
    }
}

#endif
