/* Quantized depthwise convolution of few input channels for MVE, as a general convolution of them. */
#ifndef DEPTHWISE_CONV2D_S8__IM2COL_MVE_H
#define DEPTHWISE_CONV2D_S8__IM2COL_MVE_H

#include "conv2d_s8__im2col_mve.h"

TCM_KERNEL void depthwise_conv2d_s8__im2col_mve(
    const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch, int32_t batches, int32_t input_height,
    int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width, int32_t output_channels,
    int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t stride_width, int32_t padding_top,
    int32_t padding_left, int32_t dilation_height, int32_t dilation_width, int32_t row_bytes, int32_t spare_rows,
    int32_t group_tile_bytes, int32_t capacity, int32_t lead_bytes, int32_t input_offset, int32_t rounding,
    int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    conv2d_s8__im2col_mve(input, tiles, output, scratch, batches, input_height, input_width, input_channels,
                          output_height, output_width, output_channels, 1, kernel_height, kernel_width, stride_height,
                          stride_width, padding_top, padding_left, dilation_height, dilation_width, row_bytes,
                          spare_rows, group_tile_bytes, capacity, lead_bytes, input_offset, rounding, output_offset,
                          activation_min, activation_max);
}

#endif
