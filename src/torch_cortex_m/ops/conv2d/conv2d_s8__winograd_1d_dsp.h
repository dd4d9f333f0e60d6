/* Convolution 3 x 3 with stride 1 for cores with the DSP extension: NHWC int8, by Winograd's F(2, 3) along each row,
 * whose products add up over the kernel's rows and the channels. See tcm_dsp_winograd_two_tiles.h.
 *
 * weights: [four filters][position][kernel row][pair of channels][filter] words. parameters: 4 words a filter, see
 * kernels_winograd_dsp.py; both are padded to a multiple of four filters. Two tiles of two columns each are computed at
 * a time; where a row of the output ends, one of them, or a column, may be idle. */
#ifndef CONV2D_S8__WINOGRAD_1D_DSP_H
#define CONV2D_S8__WINOGRAD_1D_DSP_H

#include "tcm_dsp_winograd_two_tiles.h"

/* ``count`` channels, four or fewer, of d B. */
TCM_KERNEL void winograd_1d_channels(const int8_t *const *places, int32_t channel,
                                     int32_t count, uint32_t *target)
{
    uint32_t columns[TCM_WINOGRAD_TWO_COLUMNS][2];
    TCM_UNROLL
    for (int32_t i = 0; i < TCM_WINOGRAD_TWO_COLUMNS; i++) {
        const int8_t *const input = places[i] + channel;
        const uint32_t word = count == 4 ? tcm_load_word(input) : tcm_dsp_rest_of_run(input, count);
        columns[i][0] = (uint32_t)tcm_sxtb16(word);
        columns[i][1] = (uint32_t)tcm_sxtb16_odd(word);
        tcm_winograd_store_column(columns, i, count, target);
    }
}

/* d B of one row of two tiles: target [pair][position][tile]. Not inlined, so that layers share the code. */
__attribute__((noinline, unused)) static void winograd_1d_transform(const int8_t *const *places, int32_t channels,
                                                                    uint32_t *target)
{
    int32_t channel = 0;
    for (; channel + 4 <= channels; channel += 4) {
        winograd_1d_channels(places, channel, 4, target);
        target += 2 * TCM_WINOGRAD_TWO_PAIR_WORDS;
    }
    if (channel < channels) {
        winograd_1d_channels(places, channel, channels - channel, target);
    }
}

TCM_KERNEL void conv2d_s8__winograd_1d_dsp(const int8_t *input, const int32_t *weights, const int32_t *parameters,
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
        .doublings = 1,
    };
    const int32_t row_pairs = tcm_dsp_run_pairs(input_channels);
    const int32_t pairs = 3 * row_pairs;
    uint32_t *const inputs = (uint32_t *)(void *)scratch; /* [kernel row][pair][position][tile] */
    int32_t *const sums = (int32_t *)(void *)(inputs + pairs * TCM_WINOGRAD_TWO_PAIR_WORDS);
    int8_t *const padding = (int8_t *)(void *)(sums + TCM_WINOGRAD_ROW_SUMS);
    tcm_fill_bytes(padding, (int8_t)(uint8_t)-input_offset, input_channels);
    for (int32_t batch = 0; batch < batches; batch++) {
        for (int32_t row = 0; row < output_height; row++) {
            for (int32_t column = 0; column < output_width; column += 2 * TCM_WINOGRAD_TWO_TILES) {
                for (int32_t k = 0; k < 3; k++) {
                    const int8_t *places[TCM_WINOGRAD_TWO_COLUMNS];
                    tcm_winograd_find_places(&layer, input, row - padding_top + k, column - padding_left, padding,
                                             places, 1);
                    winograd_1d_transform(places, input_channels,
                                          inputs + k * row_pairs * TCM_WINOGRAD_TWO_PAIR_WORDS);
                }
                tcm_winograd_product product = {.inputs = inputs, .weights = weights, .sums = sums, .pairs = pairs};
                int8_t *const target = output + (row * output_width + column) * output_channels;
                for (int32_t filter = 0; filter < output_channels; filter += TCM_WINOGRAD_GROUP) {
                    const int32_t left = output_channels - filter;
                    tcm_winograd_row_sums(&product);
                    product.weights += 4 * TCM_WINOGRAD_GROUP * pairs;
                    tcm_winograd_finish(sums, NULL, 0, parameters + 4 * filter, target + filter, &layer,
                                        left < TCM_WINOGRAD_GROUP ? left : TCM_WINOGRAD_GROUP, output_width - column);
                }
            }
        }
        input += input_height * input_width * input_channels;
        output += output_height * output_width * output_channels;
    }
}

#endif
