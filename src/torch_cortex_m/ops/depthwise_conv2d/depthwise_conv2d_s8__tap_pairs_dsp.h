/* Depthwise convolution for cores with the DSP extension where the taps of a window lie at equal distances, as in one
 * row, in one column and in rows as wide as the image: NHWC int8 without padding, one place of four channels at a
 * time. Nothing is unpacked ahead, which pays where there are few places.
 *
 * weight: for each four channels (the last ones may overlap those before), [pairs of taps][4 channels], one word a
 * pair; the tap behind an odd last one is 0. parameters: 4 words a channel, see kernels_dsp.py. */
#ifndef DEPTHWISE_CONV2D_S8__TAP_PAIRS_DSP_H
#define DEPTHWISE_CONV2D_S8__TAP_PAIRS_DSP_H

#include "tcm_dsp_four_channels.h"

TCM_KERNEL void depthwise_conv2d_s8__tap_pairs_dsp(
    const int8_t *input, const int32_t *weight, const int32_t *parameters, int8_t *output, int32_t batches,
    int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width,
    int32_t stride_height, int32_t stride_width, int32_t taps, int32_t tap_step, int32_t output_offset, int32_t way,
    int32_t common_shift, int32_t activation_min, int32_t activation_max)
{
    for (int32_t place = 0; place < batches * output_height * output_width; place++) {
        const int32_t row = place / output_width;
        const int32_t line = row / output_height * input_height + row % output_height * stride_height;
        const int8_t *const window =
            input + (line * input_width + place % output_width * stride_width) * input_channels;
        const int32_t *words = weight;
        for (int32_t next = 0; next < input_channels; next += 4) {
            const int32_t start = next + 4 <= input_channels ? next : input_channels - 4;
            const int8_t *tap = window + start;
            const int32_t *numbers = parameters + 4 * start;
            int32_t sums[4] = {numbers[1], numbers[5], numbers[9], numbers[13]};
            for (int32_t pair = 0; pair < taps / 2; pair++) {
                tcm_dsp_add_four_channels(sums, tcm_load_word(tap), tcm_load_word(tap + tap_step), words);
                tap += 2 * tap_step;
                words += 4;
            }
            if (taps % 2 != 0) {
                const uint32_t last = tcm_load_word(tap);
                tcm_dsp_add_four_channels(sums, last, last, words);
                words += 4;
            }
            TCM_UNROLL
            for (int32_t channel = 0; channel < 4; channel++) {
                output[start + channel] =
                    tcm_dsp_output(sums[channel], numbers[2], numbers[3], numbers[0], way, common_shift, output_offset,
                                   activation_min, activation_max);
                numbers += 4;
            }
        }
        output += input_channels;
    }
}

#endif
