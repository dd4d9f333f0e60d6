/* Depthwise convolution with any window, for cores with the DSP extension: NHWC int8. See tcm_dsp_pairs.h.
 *
 * A sweep makes ``lines`` lines of output from ``depth`` pairs of lines of the input:
 *
 *   - stride and dilation across are 1: two lines of output, 2s and 2s + 1. Pair p has lines 2s + 2p and 2s + 2p + 1,
 *     which are taps 2p and 2p + 1 of the first, 2p - 1 and 2p of the second line.
 *   - otherwise one line of output; pair p has its taps 2p and 2p + 1.
 *
 * With shared_pairs, a sweep starts one pair later than the one before it, and unpacks one new pair.
 * weight: [across][along][channels]. parameters: 4 words a channel, see kernels_dsp.py. */
#ifndef DEPTHWISE_CONV2D_S8__ROW_PAIRS_DSP_H
#define DEPTHWISE_CONV2D_S8__ROW_PAIRS_DSP_H

#include "tcm_dsp_pairs.h"

enum { DEPTHWISE_PAIRS_FEW_TAPS = 3 }; /* along a line, that fit the registers beside four sums */

/* What is the same for all channels and lines. */
typedef struct {
    int32_t block;
    int32_t depth;
    int32_t lines;
    int32_t kernel;
    int32_t stride;
    int32_t dilation;
    int32_t along_step;
    int32_t along_size;
    int32_t across_step;
    int32_t way;
    int32_t common_shift;
    int32_t output_offset;
    int32_t activation_min;
    int32_t activation_max;
} depthwise_pairs_layer;

/* A tap of one channel, 0 behind the window. */
TCM_KERNEL uint32_t depthwise_pairs_tap(const int8_t *weight, int32_t channels, int32_t kernel_across, int32_t kernel,
                                        int32_t across, int32_t along)
{
    return across < kernel_across ? (uint32_t)weight[(across * kernel + along) * channels] : 0;
}

/* The taps of one channel, [depth][kernel][lines] words; each tap is loaded once. The second line of output begins a
 * pair with the tap before those of the first. */
TCM_KERNEL void depthwise_pairs_unpack(const int8_t *weight, int32_t channels, int32_t kernel_across, int32_t scale,
                                       const depthwise_pairs_layer *layer, int32_t *taps)
{
    const int32_t kernel = layer->kernel;
    for (int32_t k = 0; k < kernel; k++) {
        uint32_t before = 0;
        TCM_UNROLL
        for (int32_t pair = 0; pair < layer->depth; pair++) {
            const uint32_t a = depthwise_pairs_tap(weight, channels, kernel_across, kernel, 2 * pair, k) << scale;
            const uint32_t b = depthwise_pairs_tap(weight, channels, kernel_across, kernel, 2 * pair + 1, k) << scale;
            int32_t *words = taps + pair * kernel * layer->lines;
            words[0] = (int32_t)tcm_pack_low(a, b);
            if (layer->lines == 2) {
                words[1] = (int32_t)tcm_pack_low(before, a);
            }
            before = b;
        }
        taps += layer->lines;
    }
}

/* Adds the products of one pair of lines, tap by tap: few registers for many taps. */
TCM_KERNEL void depthwise_pairs_add_by_tap(int32_t sums[2][4], const int32_t *values, const int32_t *taps,
                                           const depthwise_pairs_layer *layer, int32_t count, int32_t places)
{
    TCM_UNROLL
    for (int32_t k = 0; k < layer->kernel; k++) {
        const int32_t first = taps[k * layer->lines];
        const int32_t second = count == 2 ? taps[k * layer->lines + 1] : 0;
        TCM_UNROLL
        for (int32_t place = 0; place < places; place++) {
            const int32_t value = values[(place * layer->stride + k * layer->dilation) * layer->block];
            sums[0][place] = tcm_smlad(value, first, sums[0][place]);
            if (count == 2) {
                sums[1][place] = tcm_smlad(value, second, sums[1][place]);
            }
        }
    }
}

/* The same for one line of output and up to three taps, value by value: each is loaded once. */
TCM_KERNEL void depthwise_pairs_add_by_value(int32_t sums[2][4], const int32_t *values, const int32_t *taps,
                                             const depthwise_pairs_layer *layer, int32_t places)
{
    int32_t tap[DEPTHWISE_PAIRS_FEW_TAPS] = {taps[0], 0, 0};
    TCM_UNROLL
    for (int32_t k = 1; k < layer->kernel; k++) {
        tap[k] = taps[k];
    }
    const int32_t extent = (places - 1) * layer->stride + (layer->kernel - 1) * layer->dilation;
    TCM_UNROLL
    for (int32_t i = 0; i <= extent; i++) {
        const int32_t value = values[i * layer->block];
        TCM_UNROLL
        for (int32_t k = 0; k < layer->kernel; k++) {
            const int32_t start = i - k * layer->dilation;
            if (start >= 0 && start % layer->stride == 0 && start / layer->stride < places) {
                const int32_t place = start / layer->stride;
                sums[0][place] = tcm_smlad(value, tap[k], sums[0][place]);
            }
        }
    }
}

/* A few places of ``count`` lines of output of one channel. offset: of the tile's first input in the pairs. */
TCM_KERNEL void depthwise_pairs_tile(int32_t *const *pairs, int32_t offset, const int32_t *taps,
                                     const int32_t *parameters, int8_t *target, const depthwise_pairs_layer *layer,
                                     int32_t count, int32_t places)
{
    int32_t sums[2][4]; /* [line][place] */
    TCM_UNROLL
    for (int32_t place = 0; place < places; place++) {
        sums[0][place] = parameters[1];
        sums[1][place] = parameters[1];
    }
    const int32_t by_value = layer->lines == 1 && layer->kernel <= DEPTHWISE_PAIRS_FEW_TAPS && layer->stride <= 2 &&
                             layer->dilation <= 2;
    TCM_UNROLL
    for (int32_t pair = 0; pair < layer->depth; pair++) {
        const int32_t *values = tcm_in_register(pairs[pair] + offset);
        if (by_value) {
            depthwise_pairs_add_by_value(sums, values, taps, layer, places);
        } else {
            depthwise_pairs_add_by_tap(sums, values, taps, layer, count, places);
        }
        taps += layer->kernel * layer->lines;
    }
    const int32_t shift = parameters[0];
    const int32_t multiplier = parameters[2];
    const int32_t addend = parameters[3];
    TCM_UNROLL
    for (int32_t line = 0; line < count; line++) {
        TCM_UNROLL
        for (int32_t place = 0; place < places; place++) {
            target[line * layer->across_step + place * layer->along_step] =
                tcm_dsp_output(sums[line][place], multiplier, addend, shift, layer->way, layer->common_shift,
                               layer->output_offset, layer->activation_min, layer->activation_max);
        }
    }
}

/* ``count`` lines of output of one channel. */
TCM_KERNEL void depthwise_pairs_lines(int32_t *const *pairs, int32_t channel, const int32_t *taps,
                                      const int32_t *parameters, int8_t *target, const depthwise_pairs_layer *layer,
                                      int32_t count)
{
    const int32_t places = count == 2 ? 2 : 4;
    int32_t offset = channel;
    for (int32_t tile = 0; tile < layer->along_size / places; tile++) {
        depthwise_pairs_tile(pairs, offset, taps, parameters, target, layer, count, places);
        offset += places * layer->stride * layer->block;
        target += places * layer->along_step;
    }
    const int32_t rest = layer->along_size % places;
    if (rest != 0) {
        depthwise_pairs_tile(pairs, offset, taps, parameters, target, layer, count, rest);
    }
}

TCM_KERNEL void depthwise_conv2d_s8__row_pairs_dsp(
    const int8_t *input, const int8_t *weight, const int32_t *parameters, int8_t *output, uint8_t *scratch,
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,
    int32_t output_width, int32_t depth_multiplier, int32_t along_input_step, int32_t along_output_step,
    int32_t along_output_size, int32_t along_padding, int32_t along_kernel, int32_t along_stride,
    int32_t along_dilation, int32_t along_count, int32_t along_length, int32_t across_input_step,
    int32_t across_input_size, int32_t across_output_step, int32_t across_output_size, int32_t across_padding,
    int32_t across_kernel, int32_t across_stride, int32_t across_dilation, int32_t shared_pairs, int32_t depth,
    int32_t lines, int32_t input_offset, int32_t output_offset, int32_t way, int32_t common_shift,
    int32_t activation_min, int32_t activation_max)
{
    const int32_t block = input_channels < 4 ? input_channels : 4;
    const int32_t output_channels = input_channels * depth_multiplier;
    const int32_t channel_taps = depth * along_kernel * lines;
    const int32_t pair_words = along_length * block;
    const depthwise_pairs_layer layer = {
        .block = block,
        .depth = depth,
        .lines = lines,
        .kernel = along_kernel,
        .stride = along_stride,
        .dilation = along_dilation,
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
        .along_count = along_count,
        .across_step = across_input_step,
        .across_size = across_input_size,
        .padding = (const int8_t *)&padding,
    };
    int32_t **const pairs = (int32_t **)(void *)scratch;          /* [depth] */
    int32_t *const words = (int32_t *)(void *)(pairs + depth);    /* [depth][along_length][block] */
    int32_t *const taps = words + depth * pair_words;             /* [channels of a block][channel_taps] */
    for (int32_t i = 0; i < depth * pair_words; i++) {
        words[i] = tcm_sxtb16(padding);
    }
    for (int32_t pair = 0; pair < depth; pair++) {
        pairs[pair] = words + pair * pair_words;
    }
    for (int32_t batch = 0; batch < batches; batch++) {
        for (int32_t next = 0; next < input_channels; next += 4) {
            /* The last block may overlap the one before it. */
            const int32_t start = next + 4 <= input_channels ? next : input_channels - block;
            image.input = input + start;
            for (int32_t i = 0; i < block * depth_multiplier; i++) {
                const int32_t channel = start * depth_multiplier + i;
                const int32_t shift = parameters[4 * channel];
                const int32_t scale = way == TCM_REQUANTIZE_NON_NEGATIVE ? shift : way == TCM_REQUANTIZE_RIGHT ? 1 : 0;
                depthwise_pairs_unpack(weight + channel, output_channels, across_kernel, scale, &layer,
                                       taps + i * channel_taps);
            }
            /* The turns before line 0 fill the pairs that the first sweep shares with turns that do not exist. */
            for (int32_t line = shared_pairs ? -lines * (depth - 1) : 0; line < across_output_size; line += lines) {
                for (int32_t pair = shared_pairs ? depth - 1 : 0; pair < depth; pair++) {
                    const int32_t first = line * across_stride - across_padding + 2 * pair * across_dilation;
                    tcm_dsp_load_pairs(&image, first, first + across_dilation, pairs[pair] + along_padding * block);
                }
                for (int32_t i = 0; i < block * depth_multiplier && line >= 0; i++) {
                    const int32_t channel = start * depth_multiplier + i;
                    int8_t *target = output + channel + line * across_output_step;
                    if (across_output_size % lines != 0 && line + 1 == across_output_size) {
                        depthwise_pairs_lines(pairs, i / depth_multiplier, taps + i * channel_taps,
                                              parameters + 4 * channel, target, &layer, 1);
                    } else {
                        depthwise_pairs_lines(pairs, i / depth_multiplier, taps + i * channel_taps,
                                              parameters + 4 * channel, target, &layer, lines);
                    }
                }
                int32_t *const oldest = pairs[0];
                for (int32_t pair = 1; pair < depth && shared_pairs; pair++) {
                    pairs[pair - 1] = pairs[pair];
                }
                if (shared_pairs) {
                    pairs[depth - 1] = oldest;
                }
            }
        }
        input += input_height * input_width * input_channels;
        output += output_height * output_width * output_channels;
    }
}

#endif
