/* Convolution 3 x 3 with stride 1 for cores with the DSP extension: NHWC int8, by Winograd's F(2x2, 3x3) in little
 * memory. See tcm_dsp_winograd_rows.h.
 *
 * weights: [four filters][position][pair of channels][filter] words. parameters: 4 words a filter, see
 * kernels_winograd_dsp.py; both are padded to a multiple of four filters. Two tiles of one row of tiles are computed at
 * a time; where a row of the output ends, one of them, or one row or column of theirs, may be idle. */
#ifndef CONV2D_S8__WINOGRAD_ROWS_DSP_H
#define CONV2D_S8__WINOGRAD_ROWS_DSP_H

#include "tcm_dsp_winograd_rows.h"

enum {
    WINOGRAD_ROWS_BLOCK = 32 /* filters whose outputs so far are kept; a multiple of a group */
};

/* Working memory: inputs [pair][position][tile], sums [position][4 filters][tile], and the outputs so far of a block of
 * filters, [filter][tile][column] of their upper and their lower rows. */
typedef struct {
    uint32_t *inputs;
    int32_t *sums;
    uint32_t *upper;
    uint32_t *lower;
} winograd_rows_memory;

/* Words of one row of their outputs so far. */
TCM_KERNEL int32_t winograd_rows_kept(const tcm_winograd_layer *layer)
{
    const int32_t filters = layer->filters < WINOGRAD_ROWS_BLOCK ? layer->filters : WINOGRAD_ROWS_BLOCK;
    return (filters + TCM_WINOGRAD_GROUP - 1) / TCM_WINOGRAD_GROUP * TCM_WINOGRAD_GROUP_OUTPUTS;
}

/* Row ``row`` of the positions, a literal, of ``filters`` filters. target: where their outputs in the row go that this
 * row of positions completes, 0 or 3. */
TCM_KERNEL void winograd_rows_positions(const winograd_rows_memory *memory, const int8_t *const *places,
                                        const int32_t *weights, const int32_t *parameters, int8_t *target,
                                        const tcm_winograd_layer *layer, int32_t filters, int32_t row, int32_t width)
{
    const int32_t pairs = tcm_dsp_run_pairs(layer->channels);
    const int32_t row_words = 4 * TCM_WINOGRAD_GROUP * pairs;
    uint32_t *upper = memory->upper;
    uint32_t *lower = memory->lower;
    tcm_winograd_transform_row(places, row, layer->channels, memory->inputs);
    for (int32_t filter = 0; filter < filters; filter += TCM_WINOGRAD_GROUP) {
        const tcm_winograd_product product = {
            .inputs = memory->inputs, .weights = weights + row * row_words, .sums = memory->sums, .pairs = pairs};
        tcm_winograd_row_sums(&product);
        if (row == 1) {
            tcm_winograd_keep_row_1(memory->sums, parameters, upper);
        } else if (row == 2) {
            tcm_winograd_keep_row_2(memory->sums, upper, lower);
        } else {
            const int32_t left = filters - filter;
            const int32_t count = left < TCM_WINOGRAD_GROUP ? left : TCM_WINOGRAD_GROUP;
            const uint32_t *const kept = row == 0 ? upper : lower;
            tcm_winograd_finish(memory->sums, kept, row == 3, parameters, target + filter, layer, count, width);
        }
        weights += 4 * row_words;
        parameters += 4 * TCM_WINOGRAD_GROUP;
        upper += TCM_WINOGRAD_GROUP_OUTPUTS;
        lower += TCM_WINOGRAD_GROUP_OUTPUTS;
    }
}

/* Two rows of two tiles, or their first row, of ``filters`` filters. */
TCM_KERNEL void winograd_rows_tiles(const winograd_rows_memory *memory, const int8_t *const *places,
                                    const int32_t *weights, const int32_t *parameters, int8_t *target,
                                    const tcm_winograd_layer *layer, int32_t filters, int32_t rows, int32_t width)
{
    winograd_rows_positions(memory, places, weights, parameters, NULL, layer, filters, 1, width);
    winograd_rows_positions(memory, places, weights, parameters, NULL, layer, filters, 2, width);
    winograd_rows_positions(memory, places, weights, parameters, target, layer, filters, 0, width);
    if (rows > 1) {
        target += layer->output_width * layer->filters;
        winograd_rows_positions(memory, places, weights, parameters, target, layer, filters, 3, width);
    }
}

TCM_KERNEL void conv2d_s8__winograd_rows_dsp(const int8_t *input, const int32_t *weights, const int32_t *parameters,
                                             int8_t *output, uint8_t *scratch, int32_t batches, int32_t input_height,
                                             int32_t input_width, int32_t input_channels, int32_t output_height,
                                             int32_t output_width, int32_t output_channels, int32_t padding_top,
                                             int32_t padding_left, int32_t input_offset, int32_t output_offset,
                                             int32_t way, int32_t common_shift, int32_t activation_min,
                                             int32_t activation_max)
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
    uint32_t *const inputs = (uint32_t *)(void *)scratch;
    int32_t *const sums = (int32_t *)(void *)(inputs + pairs * TCM_WINOGRAD_TWO_PAIR_WORDS);
    uint32_t *const upper = (uint32_t *)(void *)(sums + TCM_WINOGRAD_ROW_SUMS);
    uint32_t *const lower = upper + winograd_rows_kept(&layer);
    int8_t *const padding = (int8_t *)(void *)(lower + winograd_rows_kept(&layer));
    const winograd_rows_memory memory = {.inputs = inputs, .sums = sums, .upper = upper, .lower = lower};
    tcm_fill_bytes(padding, (int8_t)(uint8_t)-input_offset, input_channels);
    for (int32_t batch = 0; batch < batches; batch++) {
        for (int32_t row = 0; row < output_height; row += 2) {
            for (int32_t column = 0; column < output_width; column += 2 * TCM_WINOGRAD_TWO_TILES) {
                const int8_t *places[TCM_WINOGRAD_PLACES];
                for (int32_t k = 0; k < 4; k++) {
                    tcm_winograd_find_places(&layer, input, row - padding_top + k, column - padding_left, padding,
                                             places + k, 4);
                }
                int8_t *const target = output + (row * output_width + column) * output_channels;
                const int32_t rows = output_height - row;
                const int32_t width = output_width - column;
                for (int32_t first = 0; first < output_channels; first += WINOGRAD_ROWS_BLOCK) {
                    const int32_t left = output_channels - first;
                    const int32_t filters = left < WINOGRAD_ROWS_BLOCK ? left : WINOGRAD_ROWS_BLOCK;
                    const int32_t *const of_block = weights + first * 16 * pairs;
                    winograd_rows_tiles(&memory, places, of_block, parameters + 4 * first, target + first, &layer,
                                        filters, rows, width);
                }
            }
        }
        input += input_height * input_width * input_channels;
        output += output_height * output_width * output_channels;
    }
}

#endif
