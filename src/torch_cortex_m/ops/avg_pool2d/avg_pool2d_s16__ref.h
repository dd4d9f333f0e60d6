/* Average pooling over fixed or adaptive windows, portable reference: NHWC int16. */
#ifndef AVG_POOL2D_S16__REF_H
#define AVG_POOL2D_S16__REF_H

#include "tcm_pool.h"

TCM_KERNEL void avg_pool2d_s16__ref(const int16_t *input, int16_t *output, int32_t batches, int32_t input_height,
                                    int32_t input_width, int32_t input_channels, int32_t output_height,
                                    int32_t output_width, int32_t kernel_height, int32_t kernel_width,
                                    int32_t stride_height, int32_t stride_width, int32_t padding_top,
                                    int32_t padding_left, int32_t padding_bottom, int32_t padding_right,
                                    int32_t count_include_pad, int32_t divisor_override, int32_t padding_value,
                                    int32_t adaptive, int32_t activation_min, int32_t activation_max)
{
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int16_t *image = input + (row / output_height) * input_height * input_width * input_channels;
        const tcm_pool_range vertical =
            tcm_pool_window(row % output_height, input_height, output_height, kernel_height, stride_height,
                            padding_top, padding_bottom, adaptive);
        const tcm_pool_range ys = tcm_pool_inputs(vertical, input_height);
        for (int32_t column = 0; column < output_width; column++) {
            const tcm_pool_range horizontal = tcm_pool_window(column, input_width, output_width, kernel_width,
                                                              stride_width, padding_left, padding_right, adaptive);
            const tcm_pool_range xs = tcm_pool_inputs(horizontal, input_width);
            const int32_t inputs = (ys.end - ys.start) * (xs.end - xs.start);
            const int32_t window = (vertical.end - vertical.start) * (horizontal.end - horizontal.start);
            const int32_t counted = count_include_pad ? window : inputs;
            const int32_t divisor = divisor_override != 0 ? divisor_override : counted;
            for (int32_t channel = 0; channel < input_channels; channel++) {
                int32_t sum = (divisor - inputs) * padding_value;
                for (int32_t y = ys.start; y < ys.end; y++) {
                    for (int32_t x = xs.start; x < xs.end; x++) {
                        sum += image[(y * input_width + x) * input_channels + channel];
                    }
                }
                *output++ = (int16_t)tcm_clamp(tcm_pool_mean(sum, divisor), activation_min, activation_max);
            }
        }
    }
}

#endif
