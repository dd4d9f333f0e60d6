/* Depthwise convolution with several filters a channel for cores without SIMD, as a convolution of groups: NHWC int8.
 * See tcm_scalar_tap_pairs.h. */
#ifndef DEPTHWISE_CONV2D_S8__TAP_PAIRS_SCALAR_H
#define DEPTHWISE_CONV2D_S8__TAP_PAIRS_SCALAR_H

#include "tcm_scalar_tap_pairs.h"

TCM_KERNEL void depthwise_conv2d_s8__tap_pairs_scalar(
    const int8_t *input, const int32_t *weight, const int32_t *parameters, int8_t *output, uint8_t *scratch,
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,
    int32_t output_width, int32_t output_channels, int32_t kernel_height, int32_t kernel_width, int32_t stride_height,
    int32_t stride_width, int32_t padding_top, int32_t padding_left, int32_t padding_bottom, int32_t padding_right,
    int32_t dilation_height, int32_t dilation_width, int32_t input_offset, int32_t output_offset, int32_t way,
    int32_t common_shift, int32_t activation_min, int32_t activation_max)
{
    const tcm_window window = {
        .input_height = input_height,
        .input_width = input_width,
        .input_channels = input_channels,
        .output_height = output_height,
        .output_width = output_width,
        .groups = input_channels,
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
    tcm_tap_pairs_convolve(input, (const uint32_t *)weight, parameters, output, (int8_t *)scratch, batches,
                           output_channels, &window, &outputs);
}

#endif
