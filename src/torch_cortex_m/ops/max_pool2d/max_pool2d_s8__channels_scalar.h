/* Maximum pooling for cores without SIMD: NHWC int8, up to four neighbouring channels at a time. */
#ifndef MAX_POOL2D_S8__CHANNELS_SCALAR_H
#define MAX_POOL2D_S8__CHANNELS_SCALAR_H

#include "tcm_pool.h"
#include "tcm_scalar.h"

enum { MAX_POOL2D_CHANNELS = 4 };

TCM_KERNEL void max_pool2d_s8__channels_scalar(const int8_t *input, int8_t *output, int32_t batches,
                                               int32_t input_height, int32_t input_width, int32_t input_channels,
                                               int32_t output_height, int32_t output_width, int32_t kernel_height,
                                               int32_t kernel_width, int32_t stride_height, int32_t stride_width,
                                               int32_t padding_top, int32_t padding_left, int32_t dilation_height,
                                               int32_t dilation_width, int32_t activation_min, int32_t activation_max)
{
    const int32_t block = input_channels < MAX_POOL2D_CHANNELS ? input_channels : MAX_POOL2D_CHANNELS;
    const int32_t row_step = input_width * input_channels;
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int8_t *image = input + (row / output_height) * input_height * row_step;
        const int32_t top = (row % output_height) * stride_height - padding_top;
        const tcm_pool_range ys = tcm_pool_taps(top, input_height, kernel_height, dilation_height);
        for (int32_t column = 0; column < output_width; column++) {
            const int32_t left = column * stride_width - padding_left;
            const tcm_pool_range xs = tcm_pool_taps(left, input_width, kernel_width, dilation_width);
            const int8_t *window = image + (top + ys.start * dilation_height) * row_step +
                                   (left + xs.start * dilation_width) * input_channels;
            for (int32_t next = 0; next < input_channels; next += block) {
                /* The last block may overlap the one before it. */
                const int32_t start = next + block <= input_channels ? next : input_channels - block;
                int32_t largest[MAX_POOL2D_CHANNELS];
                TCM_UNROLL_SCALAR
                for (int32_t i = 0; i < block; i++) {
                    /* Padding is -128, which activation_min never goes below. */
                    largest[i] = activation_min;
                }
                const int8_t *values = window + start;
                for (int32_t ky = ys.start; ky < ys.end; ky++) {
                    const int8_t *value = values;
                    for (int32_t kx = xs.start; kx < xs.end; kx++) {
                        TCM_UNROLL_SCALAR
                        for (int32_t i = 0; i < block; i++) {
                            largest[i] = value[i] > largest[i] ? value[i] : largest[i];
                        }
                        value += dilation_width * input_channels;
                    }
                    values += dilation_height * row_step;
                }
                TCM_UNROLL_SCALAR
                for (int32_t i = 0; i < block; i++) {
                    output[start + i] = (int8_t)(largest[i] > activation_max ? activation_max : largest[i]);
                }
            }
            output += input_channels;
        }
    }
}

#endif
