/* Depthwise 3x3 convolution, stride 1, for cores with the DSP extension: NHWC int8. See tcm_dsp_pairs.h.
 *
 * Two lines of output at a time, from two pairs of lines of the input:
 *
 *     pairs 0: lines 2s, 2s + 1      output line 2s:     taps 0 and 1 on pairs 0, tap 2 on pairs 1
 *     pairs 1: lines 2s + 2, 2s + 3  output line 2s + 1: tap 0 on pairs 0, taps 1 and 2 on pairs 1
 *
 * weight: [3 across][3 along][channels]. parameters: 4 words a channel, see kernels_dsp.py.
 * The output may take the place of an input of the same size: lines are read before they are written. */
#ifndef DEPTHWISE_CONV2D_S8__ROW_PAIRS_3X3_DSP_H
#define DEPTHWISE_CONV2D_S8__ROW_PAIRS_3X3_DSP_H

#include "tcm_dsp_pairs.h"

/* Places of a tile: six sums, three taps and the pointers fill the registers. */
enum { DEPTHWISE_3X3_TILE = 3 };

/* A channel, unpacked. upper[k] has taps 0 and 1 at place k of a line, lower[k] taps 1 and 2. */
typedef struct {
    int32_t bias;
    int32_t upper[3];
    int32_t lower[3];
    int32_t multiplier;
    int32_t addend;
    int32_t shift;
} depthwise_3x3_channel;

/* What is the same for all channels and lines. */
typedef struct {
    int32_t block;
    int32_t along_step;
    int32_t along_size;
    int32_t across_step;
    int32_t way;
    int32_t common_shift;
    int32_t output_offset;
    int32_t activation_min;
    int32_t activation_max;
} depthwise_3x3_output;

TCM_KERNEL void depthwise_3x3_unpack(const int8_t *weight, int32_t channels, const int32_t *parameters,
                                     depthwise_3x3_channel *unpacked, int32_t way)
{
    const int32_t shift = parameters[0];
    const int32_t scale = way == TCM_REQUANTIZE_NON_NEGATIVE ? shift : way == TCM_REQUANTIZE_RIGHT ? 1 : 0;
    TCM_UNROLL
    for (int32_t k = 0; k < 3; k++) {
        const uint32_t first = (uint32_t)weight[k * channels] << scale;
        const uint32_t second = (uint32_t)weight[(3 + k) * channels] << scale;
        const uint32_t third = (uint32_t)weight[(6 + k) * channels] << scale;
        unpacked->upper[k] = (int32_t)tcm_pack_low(first, second);
        unpacked->lower[k] = (int32_t)tcm_pack_low(second, third);
    }
    unpacked->shift = shift;
    unpacked->bias = parameters[1];
    unpacked->multiplier = parameters[2];
    unpacked->addend = parameters[3];
}

/* Adds the products of one pair of lines to the sums [line][place]. Pairs 0 take upper taps, pairs 1 lower ones. */
TCM_KERNEL void depthwise_3x3_products(int32_t sums[2][DEPTHWISE_3X3_TILE], const int32_t *pairs, int32_t block,
                                       const int32_t *taps, int32_t is_lower, int32_t places, int32_t lines)
{
    const int32_t taps_0 = taps[0];
    const int32_t taps_1 = taps[1];
    const int32_t taps_2 = taps[2];
    TCM_UNROLL
    for (int32_t i = 0; i < places + 2; i++) {
        const int32_t pair = pairs[i * block];
        TCM_UNROLL
        for (int32_t k = 2; k >= 0; k--) {
            const int32_t tap = k == 0 ? taps_0 : k == 1 ? taps_1 : taps_2;
            const int32_t place = i - k;
            if (place >= 0 && place < places) {
                sums[0][place] =
                    is_lower ? tcm_smlabt(pair, tap, sums[0][place]) : tcm_smlad(pair, tap, sums[0][place]);
                if (lines == 2) {
                    sums[1][place] =
                        is_lower ? tcm_smlad(pair, tap, sums[1][place]) : tcm_smlatb(pair, tap, sums[1][place]);
                }
            }
        }
    }
}

/* A few places of one or two lines of output, from both pairs or, where the rest is padding, from pairs 0. */
TCM_KERNEL void depthwise_3x3_tile(const int32_t *pairs_0, const int32_t *pairs_1, int32_t both,
                                   const depthwise_3x3_channel *channel, const int32_t *bias, int8_t *target,
                                   const depthwise_3x3_output *output, int32_t places, int32_t lines)
{
    int32_t sums[2][DEPTHWISE_3X3_TILE];
    TCM_UNROLL
    for (int32_t place = 0; place < places; place++) {
        sums[0][place] = *bias;
        sums[1][place] = *bias;
    }
    depthwise_3x3_products(sums, pairs_0, output->block, channel->upper, 0, places, lines);
    if (both) {
        depthwise_3x3_products(sums, pairs_1, output->block, channel->lower, 1, places, lines);
    }
    const int32_t multiplier = channel->multiplier;
    const int32_t addend = channel->addend;
    const int32_t shift = channel->shift;
    TCM_UNROLL
    for (int32_t line = 0; line < lines; line++) {
        TCM_UNROLL
        for (int32_t place = 0; place < places; place++) {
            target[line * output->across_step + place * output->along_step] =
                tcm_dsp_output(sums[line][place], multiplier, addend, shift, output->way, output->common_shift,
                               output->output_offset, output->activation_min, output->activation_max);
        }
    }
}

/* One or two lines of output of one channel. */
TCM_KERNEL void depthwise_3x3_lines(const int32_t *pairs_0, const int32_t *pairs_1, int32_t both,
                                    const depthwise_3x3_channel *channel, const int32_t *bias, int8_t *target,
                                    const depthwise_3x3_output *output, int32_t lines)
{
    const int32_t step = DEPTHWISE_3X3_TILE * output->block;
    for (int32_t tile = 0; tile < output->along_size / DEPTHWISE_3X3_TILE; tile++) {
        depthwise_3x3_tile(pairs_0, pairs_1, both, channel, bias, target, output, DEPTHWISE_3X3_TILE, lines);
        pairs_0 += step;
        pairs_1 += both ? step : 0;
        target += DEPTHWISE_3X3_TILE * output->along_step;
    }
    const int32_t rest = output->along_size % DEPTHWISE_3X3_TILE;
    if (rest != 0) {
        depthwise_3x3_tile(pairs_0, pairs_1, both, channel, bias, target, output, rest, lines);
    }
}

/* The last line of output, alone, whose third tap is on padding. */
TCM_KERNEL void depthwise_3x3_last_line(const int32_t *pairs_0, const depthwise_3x3_channel *channel, int8_t *target,
                                        const depthwise_3x3_output *output, uint32_t padding)
{
    int32_t bias = channel->bias;
    TCM_UNROLL
    for (int32_t k = 0; k < 3; k++) {
        bias = tcm_smlabt(tcm_sxtb16(padding), channel->lower[k], bias);
    }
    depthwise_3x3_lines(pairs_0, pairs_0, 0, channel, &bias, target, output, 1);
}

TCM_KERNEL void depthwise_conv2d_s8__row_pairs_3x3_dsp(
    const int8_t *input, const int8_t *weight, const int32_t *parameters, int8_t *output, uint8_t *scratch,
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,
    int32_t output_width, int32_t depth_multiplier, int32_t along_input_step, int32_t along_input_size,
    int32_t along_output_step, int32_t along_output_size, int32_t along_padding, int32_t across_input_step,
    int32_t across_input_size, int32_t across_output_step, int32_t across_output_size, int32_t across_padding,
    int32_t input_offset, int32_t output_offset, int32_t way, int32_t common_shift, int32_t activation_min,
    int32_t activation_max)
{
    const int32_t block = input_channels < 4 ? input_channels : 4;
    const int32_t length = along_output_size + 2;
    const int32_t output_channels = input_channels * depth_multiplier;
    const depthwise_3x3_output description = {
        .block = block,
        .along_step = along_output_step,
        .along_size = along_output_size,
        .across_step = across_output_step,
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    const uint32_t padding = (uint32_t)(uint8_t)-input_offset * UINT32_C(0x01010101);
    tcm_dsp_image image = {
        .input = input,
        .block = block,
        .along_step = along_input_step,
        .along_count = along_input_size,
        .across_step = across_input_step,
        .across_size = across_input_size,
        .padding = (const int8_t *)&padding,
    };
    const int32_t is_odd = across_output_size % 2 != 0;
    const int32_t ends_on_padding = is_odd && across_output_size + 1 - across_padding >= across_input_size;
    int32_t *const pairs = (int32_t *)(void *)scratch; /* [2][length][block] */
    depthwise_3x3_channel *const channels = (depthwise_3x3_channel *)(void *)(pairs + 2 * block * length);
    for (int32_t i = 0; i < 2 * block * length; i++) {
        pairs[i] = tcm_sxtb16(padding);
    }
    for (int32_t batch = 0; batch < batches; batch++) {
        for (int32_t next = 0; next < input_channels; next += 4) {
            /* The last block may overlap the one before it. */
            const int32_t start = next + 4 <= input_channels ? next : input_channels - block;
            image.input = input + start;
            for (int32_t i = 0; i < block * depth_multiplier; i++) {
                const int32_t channel = start * depth_multiplier + i;
                depthwise_3x3_unpack(weight + channel, output_channels, parameters + 4 * channel, channels + i, way);
            }
            int32_t *pairs_0 = pairs;
            int32_t *pairs_1 = pairs + block * length;
            for (int32_t line = -2; line < across_output_size; line += 2) {
                const int32_t is_last = is_odd && line + 1 == across_output_size;
                const int32_t ahead = line + 2 - across_padding;
                if (!(ends_on_padding && is_last)) {
                    tcm_dsp_load_pairs(&image, ahead, ahead + 1, pairs_1 + along_padding * block);
                }
                for (int32_t i = 0; i < block * depth_multiplier && line >= 0; i++) {
                    const int32_t place = i / depth_multiplier;
                    const depthwise_3x3_channel *channel = channels + i;
                    int8_t *target = output + start * depth_multiplier + i + line * across_output_step;
                    if (!is_last) {
                        depthwise_3x3_lines(pairs_0 + place, pairs_1 + place, 1, channel, &channel->bias, target,
                                            &description, 2);
                    } else if (ends_on_padding) {
                        depthwise_3x3_last_line(pairs_0 + place, channel, target, &description, padding);
                    } else {
                        depthwise_3x3_lines(pairs_0 + place, pairs_1 + place, 1, channel, &channel->bias, target,
                                            &description, 1);
                    }
                }
                int32_t *const used = pairs_0;
                pairs_0 = pairs_1;
                pairs_1 = used;
            }
        }
        input += input_height * input_width * input_channels;
        output += output_height * output_width * output_channels;
    }
}

#endif
