/* Depthwise convolution for cores without SIMD: NHWC int8 without padding, up to four neighbouring channels of a place at
 * a time. Weights are read where they lie: nothing is unpacked ahead, which pays where there are few places.
 *
 * weight: [KH * KW][channels]. parameters: 4 words a channel, see kernels_scalar.py. */
#ifndef DEPTHWISE_CONV2D_S8__DIRECT_SCALAR_H
#define DEPTHWISE_CONV2D_S8__DIRECT_SCALAR_H

#include "tcm_scalar.h"
#include "tcm_window.h"

enum { DEPTHWISE_DIRECT_CHANNELS = 4 };

/* One place of ``block`` channels. values: its first input. */
TCM_KERNEL void depthwise_direct_block(const tcm_window *window, const int8_t *values, const int8_t *weight,
                                       const int32_t *parameters, int8_t *output, int32_t block,
                                       const tcm_scalar_outputs *outputs)
{
    const int32_t channels = window->input_channels;
    const int32_t step = window->dilation_width * channels;
    const int32_t row_step = window->dilation_height * window->input_width * channels;
    uint32_t sums[DEPTHWISE_DIRECT_CHANNELS];
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < block; i++) {
        sums[i] = (uint32_t)parameters[4 * i];
    }
    for (int32_t row = 0; row < window->kernel_height; row++) {
        for (int32_t column = 0; column < window->kernel_width; column++) {
            TCM_UNROLL_SCALAR
            for (int32_t i = 0; i < block; i++) {
                sums[i] = tcm_multiply_add(sums[i], (uint32_t)values[i], (uint32_t)weight[i]);
            }
            values += step;
            weight += channels;
        }
        values += row_step - window->kernel_width * step;
    }
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < block; i++) {
        output[i] = tcm_scalar_output((int32_t)sums[i], parameters + 4 * i + 1, outputs);
    }
}

TCM_KERNEL void depthwise_conv2d_s8__direct_scalar(
    const int8_t *input, const int8_t *weight, const int32_t *parameters, int8_t *output, int32_t batches,
    int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width,
    int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t stride_width, int32_t dilation_height,
    int32_t dilation_width, int32_t output_offset, int32_t way, int32_t common_shift, int32_t activation_min,
    int32_t activation_max)
{
    const tcm_window window = {
        .input_height = input_height,
        .input_width = input_width,
        .input_channels = input_channels,
        .output_height = output_height,
        .output_width = output_width,
        .groups = 1,
        .kernel_height = kernel_height,
        .kernel_width = kernel_width,
        .stride_height = stride_height,
        .stride_width = stride_width,
        .dilation_height = dilation_height,
        .dilation_width = dilation_width,
    };
    const tcm_scalar_outputs outputs = {
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    const int32_t block = input_channels < DEPTHWISE_DIRECT_CHANNELS ? input_channels : DEPTHWISE_DIRECT_CHANNELS;
    tcm_place place = tcm_window_first_place(&window, input);
    for (int32_t n = 0; n < batches * output_height * output_width; n++) {
        const int8_t *const values = place.image + (place.row * input_width + place.column) * input_channels;
        for (int32_t next = 0; next < input_channels; next += block) {
            /* The last block may overlap the one before it. */
            const int32_t channel = next + block <= input_channels ? next : input_channels - block;
            depthwise_direct_block(&window, values + channel, weight + channel, parameters + 4 * channel,
                                   output + channel, block, &outputs);
        }
        output += input_channels;
        place = tcm_window_place_after(&window, place, 1);
    }
}

#endif
