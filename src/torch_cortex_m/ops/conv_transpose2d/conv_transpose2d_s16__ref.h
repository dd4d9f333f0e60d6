/* Quantized transposed convolution, portable reference: NHWC int16, weights [C_out, KH, KW, C_in / groups]. */
#ifndef CONV_TRANSPOSE2D_S16__REF_H
#define CONV_TRANSPOSE2D_S16__REF_H

#include "tcm_wide.h"

TCM_KERNEL void conv_transpose2d_s16__ref(
    const int16_t *input, const int8_t *weight, const int64_t *bias, const int32_t *multipliers, const int32_t *shifts,
    int16_t *output, int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels,
    int32_t output_height, int32_t output_width, int32_t output_channels, int32_t groups, int32_t kernel_height,
    int32_t kernel_width, int32_t stride_height, int32_t stride_width, int32_t padding_top, int32_t padding_left,
    int32_t dilation_height, int32_t dilation_width, int32_t wide, int32_t activation_min, int32_t activation_max)
{
    const int32_t group_inputs = input_channels / groups;
    const int32_t group_outputs = output_channels / groups;
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int16_t *image = input + (row / output_height) * input_height * input_width * input_channels;
        for (int32_t column = 0; column < output_width; column++) {
            for (int32_t channel = 0; channel < output_channels; channel++) {
                const int32_t first = (channel / group_outputs) * group_inputs;
                const int8_t *tap = weight + channel * kernel_height * kernel_width * group_inputs;
                int64_t sum = bias != NULL ? bias[channel] : 0;
                for (int32_t ky = 0; ky < kernel_height; ky++) {
                    const int32_t down = row % output_height + padding_top - ky * dilation_height;
                    for (int32_t kx = 0; kx < kernel_width; kx++) {
                        const int32_t right = column + padding_left - kx * dilation_width;
                        const int32_t y = down / stride_height;
                        const int32_t x = right / stride_width;
                        if (down >= 0 && right >= 0 && down % stride_height == 0 && right % stride_width == 0 &&
                            y < input_height && x < input_width) {
                            const int16_t *values = image + (y * input_width + x) * input_channels + first;
                            sum = tcm_sum_of_products_s16(values, tap, group_inputs, sum);
                        }
                        tap += group_inputs;
                    }
                }
                *output++ = tcm_output_s16(sum, wide, multipliers[channel], shifts[channel], activation_min,
                                           activation_max);
            }
        }
    }
}

#endif
