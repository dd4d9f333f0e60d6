/* Convolution 3 x 3 with stride 1 for cores with the DSP extension: NHWC int8, by Winograd's F(2x2, 3x3). See
 * tcm_dsp_winograd.h.
 *
 * weights: [two filters][position][pair of channels][filter] words. parameters: 4 words a filter, see
 * kernels_winograd_dsp.py. Four tiles of one row of tiles are computed at a time; where a row of the output ends, some
 * of them, or one row or column of theirs, may be idle. */
#ifndef CONV2D_S8__WINOGRAD_DSP_H
#define CONV2D_S8__WINOGRAD_DSP_H

#include "tcm_dsp_columns.h"
#include "tcm_dsp_winograd.h"
#include "tcm_dsp_winograd_outputs.h"

/* Four tiles' patches: where they begin, which may be outside the image, and which part of them is inside. */
typedef struct {
    const int8_t *image;
    int32_t row;
    int32_t column;
    int32_t first_row;
    int32_t row_end;
    int32_t first_column;
    int32_t column_end;
} winograd_patches;

TCM_KERNEL winograd_patches winograd_find_patches(const tcm_winograd_layer *layer, const int8_t *image, int32_t row,
                                                  int32_t column)
{
    const winograd_patches patches = {
        .image = image,
        .row = row,
        .column = column,
        .first_row = tcm_clamp(-row, 0, 4),
        .row_end = tcm_clamp(layer->input_height - row, 0, 4),
        .first_column = tcm_clamp(-column, 0, TCM_WINOGRAD_COLUMNS),
        .column_end = tcm_clamp(layer->input_width - column, 0, TCM_WINOGRAD_COLUMNS),
    };
    return patches;
}

/* Four channels, or the last ``count`` < 4. */
TCM_KERNEL uint32_t winograd_load(const int8_t *input, int32_t count)
{
    return count == 4 ? tcm_load_word(input) : tcm_dsp_rest_of_run(input, count);
}

/* Copies up to four channels from ``channel`` on to words [column][row]. */
TCM_KERNEL void winograd_gather(const tcm_winograd_layer *layer, const winograd_patches *patches, int32_t channel,
                                int32_t count, uint32_t *words)
{
    const int32_t row_step = layer->input_width * layer->channels;
    const int32_t row = patches->row + patches->first_row;
    const int32_t column = patches->column + patches->first_column;
    const int8_t *input = patches->image + (row * row_step + column * layer->channels + channel);
    words += 4 * patches->first_column + patches->first_row;
    if (patches->row_end - patches->first_row == 4) {
        for (int32_t i = patches->first_column; i < patches->column_end; i++) {
            TCM_UNROLL
            for (int32_t k = 0; k < 4; k++) {
                words[k] = winograd_load(input + k * row_step, count);
            }
            input += layer->channels;
            words += 4;
        }
        return;
    }
    for (int32_t i = patches->first_column; i < patches->column_end; i++) {
        for (int32_t k = 0; k < patches->row_end - patches->first_row; k++) {
            words[k] = winograd_load(input + k * row_step, count);
        }
        input += layer->channels;
        words += 4;
    }
}

/* Transforms four tiles' patches to inputs [pair][position][tile]. words: memory for [column][row]. */
TCM_KERNEL void winograd_transform(const tcm_winograd_layer *layer, const winograd_patches *patches, uint32_t padding,
                                   uint32_t *words, uint32_t *inputs)
{
    for (int32_t i = 0; i < 4 * TCM_WINOGRAD_COLUMNS; i++) {
        words[i] = padding;
    }
    for (int32_t channel = 0; channel + 4 <= layer->channels; channel += 4) {
        winograd_gather(layer, patches, channel, 4, words);
        tcm_winograd_even_pair(words, inputs);
        tcm_winograd_odd_pair(words, inputs + TCM_WINOGRAD_PAIR_WORDS);
        inputs += 2 * TCM_WINOGRAD_PAIR_WORDS;
    }
    const int32_t rest = layer->channels % 4;
    if (rest != 0) {
        winograd_gather(layer, patches, layer->channels - rest, rest, words);
        tcm_winograd_even_pair(words, inputs);
        if (rest == 3) {
            tcm_winograd_odd_pair(words, inputs + TCM_WINOGRAD_PAIR_WORDS);
        }
    }
}

/* One tile of one filter: A^T M A and requantization. sums: M, its positions 8 words apart. */
TCM_KERNEL void winograd_tile(const int32_t *sums, const tcm_winograd_filter *filter, int8_t *target,
                              const tcm_winograd_layer *layer, int32_t rows, int32_t columns)
{
    uint32_t outputs[4] = {0, 0, 0, 0}; /* [row][column] */
    TCM_UNROLL
    for (int32_t i = 0; i < 4; i++) {
        const uint32_t first = (uint32_t)sums[8 * i];
        /* A bias at position (1, 1) counts once in all four outputs. */
        const uint32_t second = (uint32_t)sums[8 * (4 + i)] + (i == 1 ? filter->bias : 0);
        const uint32_t third = (uint32_t)sums[8 * (8 + i)];
        const uint32_t fourth = (uint32_t)sums[8 * (12 + i)];
        const uint32_t upper = first + second + third;
        const uint32_t lower = second - third - fourth;
        if (i < 3) {
            outputs[0] += upper;
            outputs[2] += lower;
        }
        if (i == 1) {
            outputs[1] = upper;
            outputs[3] = lower;
        } else if (i > 1) {
            outputs[1] -= upper;
            outputs[3] -= lower;
        }
        /* Column by column, all fits the registers. */
        __asm__ volatile("" : "+r"(outputs[0]), "+r"(outputs[1]), "+r"(outputs[2]), "+r"(outputs[3]) : : "memory");
    }
    tcm_winograd_store_row(outputs, filter, target, layer, columns);
    if (rows == 2) {
        tcm_winograd_store_row(outputs + 2, filter, target + layer->output_width * layer->filters, layer, columns);
    }
}

/* The tiles of a row of tiles, from sums [position][2 filters][tile]. rows, width: of the output from here on. */
TCM_KERNEL void winograd_tiles(const int32_t *sums, const int32_t *parameters, int8_t *target,
                               const tcm_winograd_layer *layer, int32_t rows, int32_t width)
{
    const tcm_winograd_filter filter = tcm_winograd_read_filter(parameters);
    const int32_t tiles = width / 2 < TCM_WINOGRAD_TILES ? width / 2 : TCM_WINOGRAD_TILES;
    for (int32_t tile = 0; tile < tiles; tile++) {
        winograd_tile(sums, &filter, target, layer, rows, 2);
        sums++;
        target += 2 * layer->filters;
    }
    if (layer->output_width % 2 != 0 && tiles < TCM_WINOGRAD_TILES) {
        winograd_tile(sums, &filter, target, layer, rows, 1);
    }
}

TCM_KERNEL void conv2d_s8__winograd_dsp(const int8_t *input, const int32_t *weights, const int32_t *parameters,
                                        int8_t *output, uint8_t *scratch, int32_t batches, int32_t input_height,
                                        int32_t input_width, int32_t input_channels, int32_t output_height,
                                        int32_t output_width, int32_t output_channels, int32_t padding_top,
                                        int32_t padding_left, int32_t input_offset, int32_t output_offset, int32_t way,
                                        int32_t common_shift, int32_t activation_min, int32_t activation_max)
{
    const tcm_winograd_layer layer = {
        .input_height = input_height,
        .input_width = input_width,
        .channels = input_channels,
        .output_height = output_height,
        .output_width = output_width,
        .filters = output_channels,
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
        .doublings = 2,
    };
    const int32_t pairs = tcm_dsp_run_pairs(input_channels);
    const uint32_t padding = (uint32_t)(uint8_t)-input_offset * UINT32_C(0x01010101);
    uint32_t *const inputs = (uint32_t *)(void *)scratch; /* [pair][position][tile] */
    int32_t *const sums = (int32_t *)(void *)(inputs + pairs * TCM_WINOGRAD_PAIR_WORDS);
    uint32_t *const words = (uint32_t *)(void *)(sums + TCM_WINOGRAD_SUMS); /* [column][row] */
    for (int32_t batch = 0; batch < batches; batch++) {
        for (int32_t row = 0; row < output_height; row += 2) {
            for (int32_t column = 0; column < output_width; column += 2 * TCM_WINOGRAD_TILES) {
                const winograd_patches patches =
                    winograd_find_patches(&layer, input, row - padding_top, column - padding_left);
                winograd_transform(&layer, &patches, padding, words, inputs);
                tcm_winograd_product product = {.inputs = inputs, .weights = weights, .sums = sums, .pairs = pairs};
                int8_t *const target = output + (row * output_width + column) * output_channels;
                for (int32_t filter = 0; filter < output_channels; filter++) {
                    if (filter % 2 == 0) {
                        tcm_winograd_sums(&product);
                        product.weights += TCM_WINOGRAD_POSITIONS * 2 * pairs;
                    }
                    const int32_t *const filter_sums = sums + filter % 2 * TCM_WINOGRAD_TILES;
                    if (output_height % 2 != 0 && row + 1 == output_height) {
                        winograd_tiles(filter_sums, parameters + 4 * filter, target + filter, &layer, 1,
                                       output_width - column);
                    } else {
                        winograd_tiles(filter_sums, parameters + 4 * filter, target + filter, &layer, 2,
                                       output_width - column);
                    }
                }
            }
        }
        input += input_height * input_width * input_channels;
        output += output_height * output_width * output_channels;
    }
}

#endif
