/* Average pooling over fixed or adaptive windows, portable reference: NHWC int8. */
#ifndef AVG_POOL2D_S8__REF_H
#define AVG_POOL2D_S8__REF_H

#include "tcm_pool.h"

TCM_KERNEL void avg_pool2d_s8__ref(const int8_t *input, int8_t *output, int32_t batches, int32_t input_height,
                                   int32_t input_width, int32_t input_channels, int32_t output_height,
                                   int32_t output_width, int32_t kernel_height, int32_t kernel_width,
                                   int32_t stride_height, int32_t stride_width, int32_t padding_top,
                                   int32_t padding_left, int32_t padding_bottom, int32_t padding_right,
                                   int32_t count_include_pad, int32_t divisor_override, int32_t padding_value,
                                   int32_t adaptive, int32_t activation_min, int32_t activation_max)
{
    const tcm_average layer = {
        .batches = batches,
        .input_height = input_height,
        .input_width = input_width,
        .input_channels = input_channels,
        .output_height = output_height,
        .output_width = output_width,
        .kernel_height = kernel_height,
        .kernel_width = kernel_width,
        .stride_height = stride_height,
        .stride_width = stride_width,
        .padding_top = padding_top,
        .padding_left = padding_left,
        .padding_bottom = padding_bottom,
        .padding_right = padding_right,
        .count_include_pad = count_include_pad,
        .divisor_override = divisor_override,
        .padding_value = padding_value,
        .adaptive = adaptive,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    tcm_pool_average(input, output, layer, 0);
}

#endif
