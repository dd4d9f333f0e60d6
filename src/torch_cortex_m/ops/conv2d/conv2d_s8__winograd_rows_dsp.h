/* Convolution 3 x 3 with stride 1 for cores with the DSP extension: NHWC int8, by Winograd's F(2x2, 3x3) in little
 * memory. See tcm_dsp_winograd_rows.h.
 *
 * weights: [four filters][position][pair of channels][filter] words. parameters: 4 words a filter, see
 * kernels_winograd_dsp.py; both are padded to a multiple of four filters. Two tiles of one row of tiles are computed at a
 * time; where a row of the output ends, one of them, or one row or column of theirs, may be idle. */
#ifndef CONV2D_S8__WINOGRAD_ROWS_DSP_H
#define CONV2D_S8__WINOGRAD_ROWS_DSP_H

#include "tcm_dsp_winograd_rows.h"

/* Working memory: inputs [pair][position][tile], sums [position][4 filters][tile], and the outputs so far of a block of
 * filters, [filter][tile][row][column]. */
typedef struct {
    uint32_t *inputs;
    int32_t *sums;
    uint32_t *kept;
} winograd_rows_memory;

/* Where the patches of two tiles lie. row, column: where they begin, which may be outside the image. */
TCM_KERNEL void winograd_rows_find_places(const tcm_winograd_layer *layer, const int8_t *image, int32_t row,
                                          int32_t column, const int8_t *padding, tcm_winograd_places places)
{
    for (int32_t k = 0; k < 4; k++) {
        const int32_t is_inside = row + k >= 0 && row + k < layer->input_height;
        const int32_t start = (row + k) * layer->input_width;
        for (int32_t i = 0; i < TCM_WINOGRAD_ROWS_COLUMNS; i++) {
            const int32_t x = column + i;
            places[i][k] = is_inside && x >= 0 && x < layer->input_width ? image + (start + x) * layer->channels
                                                                         : padding;
        }
    }
}

/* One row of both tiles of ``count`` filters, from row 0 or 3 of M. kept: their outputs so far. width: of the output from
 * here on. */
TCM_KERNEL void winograd_rows_finish(const int32_t *sums, const uint32_t *kept, const int32_t *parameters,
                                     int8_t *target, const tcm_winograd_layer *layer, int32_t count, int32_t row,
                                     int32_t width)
{
    for (int32_t i = 0; i < count; i++) {
        const tcm_winograd_filter filter = tcm_winograd_read_filter(parameters);
        for (int32_t tile = 0; tile < TCM_WINOGRAD_ROWS_TILES; tile++) {
            int8_t *const outputs_of_tile = target + 2 * tile * layer->filters;
            uint32_t outputs[2];
            tcm_winograd_last_row(sums + tile, kept + 4 * tile, row, outputs);
            if (2 * tile + 1 < width) {
                tcm_winograd_store_row(outputs, &filter, outputs_of_tile, layer, 2);
            } else if (layer->output_width % 2 != 0 && 2 * tile < width) {
                tcm_winograd_store_row(outputs, &filter, outputs_of_tile, layer, 1);
            }
        }
        sums += TCM_WINOGRAD_ROWS_TILES;
        kept += 4 * TCM_WINOGRAD_ROWS_TILES;
        parameters += 4;
        target++;
    }
}

/* Row ``row`` of the positions, a literal, of ``filters`` filters. target: where their outputs in the row go that this
 * row of positions completes, 0 or 3. */
TCM_KERNEL void winograd_rows_positions(const winograd_rows_memory *memory, const int8_t *const (*places)[4],
                                        const int32_t *weights, const int32_t *parameters, int8_t *target,
                                        const tcm_winograd_layer *layer, int32_t filters, int32_t row, int32_t width)
{
    const int32_t pairs = tcm_dsp_run_pairs(layer->channels);
    const int32_t row_words = 4 * TCM_WINOGRAD_ROWS_GROUP * pairs;
    uint32_t *kept = memory->kept;
    tcm_winograd_transform_row(places, row, layer->channels, memory->inputs);
    for (int32_t filter = 0; filter < filters; filter += TCM_WINOGRAD_ROWS_GROUP) {
        const tcm_winograd_product product = {
            .inputs = memory->inputs, .weights = weights + row * row_words, .sums = memory->sums, .pairs = pairs};
        tcm_winograd_rows_sums(&product);
        if (row == 1) {
            tcm_winograd_keep_row_1(memory->sums, parameters, kept);
        } else if (row == 2) {
            tcm_winograd_keep_row_2(memory->sums, kept);
        } else {
            const int32_t left = filters - filter;
            const int32_t count = left < TCM_WINOGRAD_ROWS_GROUP ? left : TCM_WINOGRAD_ROWS_GROUP;
            winograd_rows_finish(memory->sums, kept, parameters, target + filter, layer, count, row, width);
        }
        weights += 4 * row_words;
        parameters += 4 * TCM_WINOGRAD_ROWS_GROUP;
        kept += TCM_WINOGRAD_ROWS_KEPT;
    }
}

/* Two rows of two tiles, or their first row, of ``filters`` filters. */
TCM_KERNEL void winograd_rows_tiles(const winograd_rows_memory *memory, const int8_t *const (*places)[4],
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
    };
    const int32_t pairs = tcm_dsp_run_pairs(input_channels);
    const int32_t groups = (output_channels + TCM_WINOGRAD_ROWS_GROUP - 1) / TCM_WINOGRAD_ROWS_GROUP;
    const int32_t most = TCM_WINOGRAD_ROWS_BLOCK / TCM_WINOGRAD_ROWS_GROUP;
    uint32_t *const inputs = (uint32_t *)(void *)scratch;
    int32_t *const sums = (int32_t *)(void *)(inputs + pairs * TCM_WINOGRAD_ROWS_PAIR_WORDS);
    uint32_t *const kept = (uint32_t *)(void *)(sums + TCM_WINOGRAD_ROWS_SUMS);
    int8_t *const padding = (int8_t *)(void *)(kept + (groups < most ? groups : most) * TCM_WINOGRAD_ROWS_KEPT);
    const winograd_rows_memory memory = {.inputs = inputs, .sums = sums, .kept = kept};
    tcm_fill_bytes(padding, (int8_t)(uint8_t)-input_offset, input_channels);
    for (int32_t batch = 0; batch < batches; batch++) {
        for (int32_t row = 0; row < output_height; row += 2) {
            for (int32_t column = 0; column < output_width; column += 2 * TCM_WINOGRAD_ROWS_TILES) {
                tcm_winograd_places places;
                winograd_rows_find_places(&layer, input, row - padding_top, column - padding_left, padding, places);
                int8_t *const target = output + (row * output_width + column) * output_channels;
                const int32_t rows = output_height - row;
                const int32_t width = output_width - column;
                for (int32_t first = 0; first < output_channels; first += TCM_WINOGRAD_ROWS_BLOCK) {
                    const int32_t left = output_channels - first;
                    const int32_t filters = left < TCM_WINOGRAD_ROWS_BLOCK ? left : TCM_WINOGRAD_ROWS_BLOCK;
                    const int32_t *const block = weights + first * 16 * pairs;
                    winograd_rows_tiles(&memory, places, block, parameters + 4 * first, target + first, &layer, filters,
                                        rows, width);
                }
            }
        }
        input += input_height * input_width * input_channels;
        output += output_height * output_width * output_channels;
    }
}

#endif
