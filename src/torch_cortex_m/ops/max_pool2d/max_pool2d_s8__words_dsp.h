/* Maximum pooling for cores with the DSP extension: NHWC int8, four channels at a time. */
#ifndef MAX_POOL2D_S8__WORDS_DSP_H
#define MAX_POOL2D_S8__WORDS_DSP_H

#include "tcm_dsp.h"
#include "tcm_pool.h"

TCM_KERNEL void max_pool2d_s8__words_dsp(const int8_t *input, int8_t *output, int32_t batches, int32_t input_height,
                                         int32_t input_width, int32_t input_channels, int32_t output_height,
                                         int32_t output_width, int32_t kernel_height, int32_t kernel_width,
                                         int32_t stride_height, int32_t stride_width, int32_t padding_top,
                                         int32_t padding_left, int32_t dilation_height, int32_t dilation_width,
                                         int32_t activation_min, int32_t activation_max)
{
    const int32_t block = input_channels < 4 ? input_channels : 4;
    const int32_t row_step = input_width * input_channels;
    const uint32_t low = (uint32_t)(uint8_t)activation_min * UINT32_C(0x01010101);
    const uint32_t high = (uint32_t)(uint8_t)activation_max * UINT32_C(0x01010101);
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int8_t *image = input + (row / output_height) * input_height * row_step;
        const int32_t top = (row % output_height) * stride_height - padding_top;
        const tcm_pool_range ys = tcm_pool_taps(top, input_height, kernel_height, dilation_height);
        for (int32_t column = 0; column < output_width; column++) {
            const int32_t left = column * stride_width - padding_left;
            const tcm_pool_range xs = tcm_pool_taps(left, input_width, kernel_width, dilation_width);
            for (int32_t next = 0; next < input_channels; next += 4) {
                /* The last block may overlap the one before it. */
                const int32_t start = next + 4 <= input_channels ? next : input_channels - block;
                /* Padding and windows without inputs are -128, which activation_min never goes below. */
                uint32_t largest = low;
                for (int32_t ky = ys.start; ky < ys.end; ky++) {
                    const int8_t *values = image + (top + ky * dilation_height) * row_step + left * input_channels;
                    for (int32_t kx = xs.start; kx < xs.end; kx++) {
                        const int8_t *value = values + kx * dilation_width * input_channels + start;
                        largest = tcm_largest_bytes(largest, tcm_load_bytes(value, block));
                    }
                }
                if (activation_max < 127) {
                    largest = tcm_smallest_bytes(largest, high);
                }
                tcm_store_bytes(output + start, largest, block);
            }
            output += input_channels;
        }
    }
}

#endif
