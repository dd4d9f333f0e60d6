/* Maximum pooling, portable reference: NHWC int16. */
#ifndef MAX_POOL2D_S16__REF_H
#define MAX_POOL2D_S16__REF_H

#include "tcm.h"

TCM_KERNEL void max_pool2d_s16__ref(const int16_t *input, int16_t *output, int32_t batches, int32_t input_height,
                                   int32_t input_width, int32_t input_channels, int32_t output_height,
                                   int32_t output_width, int32_t kernel_height, int32_t kernel_width,
                                   int32_t stride_height, int32_t stride_width, int32_t padding_top,
                                   int32_t padding_left, int32_t dilation_height, int32_t dilation_width,
                                   int32_t activation_min, int32_t activation_max)
{
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int16_t *image = input + (row / output_height) * input_height * input_width * input_channels;
        const int32_t top = (row % output_height) * stride_height - padding_top;
        for (int32_t column = 0; column < output_width; column++) {
            const int32_t left = column * stride_width - padding_left;
            for (int32_t channel = 0; channel < input_channels; channel++) {
                int32_t largest = INT16_MIN;
                for (int32_t ky = 0; ky < kernel_height; ky++) {
                    const int32_t y = top + ky * dilation_height;
                    for (int32_t kx = 0; kx < kernel_width; kx++) {
                        const int32_t x = left + kx * dilation_width;
                        if (y >= 0 && y < input_height && x >= 0 && x < input_width) {
                            const int32_t value = image[(y * input_width + x) * input_channels + channel];
                            largest = value > largest ? value : largest;
                        }
                    }
                }
                *output++ = (int16_t)tcm_clamp(largest, activation_min, activation_max);
            }
        }
    }
}

#endif
