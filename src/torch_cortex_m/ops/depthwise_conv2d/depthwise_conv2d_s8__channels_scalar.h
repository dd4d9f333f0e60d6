/* Depthwise convolution for cores without SIMD: NHWC int8, up to four neighbouring channels at a time.
 *
 * weight: [KH * KW][C_out]. parameters: 4 words a channel: the bias for inputs without an offset, shift or scale,
 * multiplier, addend. A place that the window shares with padding reads the padding's value instead. */
#ifndef DEPTHWISE_CONV2D_S8__CHANNELS_SCALAR_H
#define DEPTHWISE_CONV2D_S8__CHANNELS_SCALAR_H

#include "tcm_scalar.h"
#include "tcm_window.h"

enum { DEPTHWISE_CHANNELS = 4, DEPTHWISE_FEW_COLUMNS = 5 };

/* Adds the products of one tap. */
TCM_KERNEL void depthwise_channels_tap(const int8_t *values, const int32_t *taps, int32_t block,
                                       uint32_t sums[DEPTHWISE_CHANNELS])
{
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < block; i++) {
        sums[i] = tcm_multiply_add(sums[i], (uint32_t)values[i], (uint32_t)taps[i]);
    }
}

/* A window within the input. values: its first place; taps: [KH * KW][block]. */
TCM_KERNEL void depthwise_channels_inside(const tcm_window *window, const int8_t *values, const int32_t *taps,
                                          int32_t block, uint32_t sums[DEPTHWISE_CHANNELS])
{
    const int32_t step = window->dilation_width * window->input_channels;
    const int32_t row_step = window->dilation_height * window->input_width * window->input_channels;
    for (int32_t ky = 0; ky < window->kernel_height; ky++) {
        if (window->kernel_width <= DEPTHWISE_FEW_COLUMNS) {
            TCM_UNROLL_SCALAR
            for (int32_t kx = 0; kx < window->kernel_width; kx++) {
                depthwise_channels_tap(values, taps, block, sums);
                values = tcm_advance(values, step);
                taps += block;
            }
        } else {
            for (int32_t kx = 0; kx < window->kernel_width; kx++) {
                depthwise_channels_tap(values, taps, block, sums);
                values += step;
                taps += block;
            }
        }
        values += row_step - window->kernel_width * step;
    }
}

/* Any window. padding: ``block`` times the padding's value. */
TCM_KERNEL void depthwise_channels_border(const tcm_window *window, const tcm_place *place, const int8_t *padding,
                                          const int32_t *taps, int32_t block, uint32_t sums[DEPTHWISE_CHANNELS])
{
    const int32_t step = window->dilation_width * window->input_channels;
    for (int32_t ky = 0; ky < window->kernel_height; ky++) {
        const int32_t y = place->row + ky * window->dilation_height;
        const int32_t is_row = y >= 0 && y < window->input_height;
        int32_t offset = (y * window->input_width + place->column) * window->input_channels;
        for (int32_t kx = 0; kx < window->kernel_width; kx++) {
            /* As unsigned, a negative column is beyond the last one. */
            const uint32_t x = (uint32_t)(place->column + kx * window->dilation_width);
            const int8_t *values = padding;
            if (is_row && x < (uint32_t)window->input_width) {
                values = place->image + offset;
            }
            depthwise_channels_tap(values, taps, block, sums);
            taps += block;
            offset += step;
        }
    }
}

/* All places of ``block`` channels of the output. */
TCM_KERNEL void depthwise_channels_block(const tcm_window *window, const int8_t *input, const int8_t *weight,
                                         const int32_t *parameters, int8_t *output, int32_t *taps, int32_t batches,
                                         int32_t output_channels, int32_t block, const tcm_scalar_outputs *outputs)
{
    int8_t padding[DEPTHWISE_CHANNELS];
    for (int32_t i = 0; i < DEPTHWISE_CHANNELS; i++) {
        padding[i] = (int8_t)window->padding_value;
    }
    for (int32_t tap = 0; tap < window->kernel_height * window->kernel_width; tap++) {
        for (int32_t i = 0; i < block; i++) {
            taps[tap * block + i] = weight[tap * output_channels + i];
        }
    }
    tcm_place place = tcm_window_first_place(window, input);
    for (int32_t n = 0; n < batches * window->output_height * window->output_width; n++) {
        uint32_t sums[DEPTHWISE_CHANNELS];
        TCM_UNROLL_SCALAR
        for (int32_t i = 0; i < block; i++) {
            sums[i] = (uint32_t)parameters[4 * i];
        }
        if (tcm_window_is_inside(window, &place)) {
            const int32_t start = place.row * window->input_width + place.column;
            depthwise_channels_inside(window, place.image + start * window->input_channels, taps, block, sums);
        } else {
            depthwise_channels_border(window, &place, padding, taps, block, sums);
        }
        TCM_UNROLL_SCALAR
        for (int32_t i = 0; i < block; i++) {
            output[i] = tcm_scalar_output((int32_t)sums[i], parameters + 4 * i + 1, outputs);
        }
        output += output_channels;
        place = tcm_window_place_after(window, place, 1);
    }
}

TCM_KERNEL void depthwise_conv2d_s8__channels_scalar(
    const int8_t *input, const int8_t *weight, const int32_t *parameters, int8_t *output, uint8_t *scratch,
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,
    int32_t output_width, int32_t output_channels, int32_t depth_multiplier, int32_t kernel_height,
    int32_t kernel_width, int32_t stride_height, int32_t stride_width, int32_t padding_top, int32_t padding_left,
    int32_t padding_bottom, int32_t padding_right, int32_t dilation_height, int32_t dilation_width,
    int32_t input_offset, int32_t output_offset, int32_t way, int32_t common_shift, int32_t activation_min,
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
        .padding_top = padding_top,
        .padding_left = padding_left,
        .padding_bottom = padding_bottom,
        .padding_right = padding_right,
        .dilation_height = dilation_height,
        .dilation_width = dilation_width,
        .padding_value = -input_offset,
    };
    const tcm_scalar_outputs outputs = {
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    int32_t *const taps = (int32_t *)(void *)scratch;
    /* Neighbouring channels of the output read neighbours of the input only without a multiplier. */
    const int32_t most = depth_multiplier > 1 ? 1 : DEPTHWISE_CHANNELS;
    const int32_t block = output_channels < most ? output_channels : most;
    for (int32_t next = 0; next < output_channels; next += block) {
        /* The last block may overlap the one before it. */
        const int32_t channel = next + block <= output_channels ? next : output_channels - block;
        depthwise_channels_block(&window, input + channel / depth_multiplier, weight + channel,
                                 parameters + 4 * channel, output + channel, taps, batches, output_channels, block,
                                 &outputs);
    }
}

#endif
