/* Quantized depthwise convolution of a single input channel as a general convolution, portable: NHWC int8, weights
 * packed to [C_out, KH, KW, 1]. */
#ifndef DEPTHWISE_CONV2D_S8__CONV2D_REF_H
#define DEPTHWISE_CONV2D_S8__CONV2D_REF_H

#include "conv2d_s8__ref.h"

TCM_KERNEL void depthwise_conv2d_s8__conv2d_ref(
    const int8_t *input, const int8_t *weight, const int32_t *bias, const int32_t *multipliers, const int32_t *shifts,
    int8_t *output, int32_t batches, int32_t input_height, int32_t input_width, int32_t output_height,
    int32_t output_width, int32_t output_channels, int32_t kernel_height, int32_t kernel_width, int32_t stride_height,
    int32_t stride_width, int32_t padding_top, int32_t padding_left, int32_t dilation_height, int32_t dilation_width,
    int32_t input_offset, int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    conv2d_s8__ref(input, weight, bias, multipliers, shifts, output, batches, input_height, input_width, 1,
                   output_height, output_width, output_channels, 1, kernel_height, kernel_width, stride_height,
                   stride_width, padding_top, padding_left, dilation_height, dilation_width, input_offset,
                   output_offset, activation_min, activation_max);
}

#endif
