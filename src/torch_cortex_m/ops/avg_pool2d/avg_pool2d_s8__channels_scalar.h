/* Average pooling for cores without SIMD: NHWC int8, up to four neighbouring channels at a time. */
#ifndef AVG_POOL2D_S8__CHANNELS_SCALAR_H
#define AVG_POOL2D_S8__CHANNELS_SCALAR_H

#include "tcm_pool.h"
#include "tcm_scalar.h"

enum { AVG_POOL2D_CHANNELS = 4 };

/* The sums of a window, ``rows`` runs of ``run`` pixels each. */
TCM_KERNEL void avg_pool2d_add_channels(const int8_t *values, int32_t row_step, int32_t rows, int32_t step,
                                        int32_t run, int32_t block, int32_t sums[AVG_POOL2D_CHANNELS])
{
    for (int32_t y = 0; y < rows; y++) {
        const int8_t *value = values;
        for (int32_t x = 0; x < run; x++) {
            TCM_UNROLL_SCALAR
            for (int32_t i = 0; i < block; i++) {
                sums[i] += value[i];
            }
            value += step;
        }
        values += row_step;
    }
}

TCM_KERNEL void avg_pool2d_s8__channels_scalar(const int8_t *input, int8_t *output, int32_t batches,
                                               int32_t input_height, int32_t input_width, int32_t input_channels,
                                               int32_t output_height, int32_t output_width, int32_t kernel_height,
                                               int32_t kernel_width, int32_t stride_height, int32_t stride_width,
                                               int32_t padding_top, int32_t padding_left, int32_t padding_bottom,
                                               int32_t padding_right, int32_t count_include_pad,
                                               int32_t divisor_override, int32_t padding_value, int32_t adaptive,
                                               int32_t activation_min, int32_t activation_max)
{
    const int32_t block = input_channels < AVG_POOL2D_CHANNELS ? input_channels : AVG_POOL2D_CHANNELS;
    const int32_t row_step = input_width * input_channels;
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int8_t *image = input + (row / output_height) * input_height * row_step;
        const tcm_pool_range vertical = tcm_pool_window(row % output_height, input_height, output_height, kernel_height,
                                                        stride_height, padding_top, padding_bottom, adaptive);
        const tcm_pool_range ys = tcm_pool_inputs(vertical, input_height);
        for (int32_t column = 0; column < output_width; column++) {
            const tcm_pool_range horizontal = tcm_pool_window(column, input_width, output_width, kernel_width,
                                                              stride_width, padding_left, padding_right, adaptive);
            const tcm_pool_range xs = tcm_pool_inputs(horizontal, input_width);
            const int32_t rows = ys.end - ys.start;
            const int32_t run = xs.end - xs.start;
            int32_t divisor = rows * run;
            if (divisor_override != 0) {
                divisor = divisor_override;
            } else if (count_include_pad) {
                divisor = (vertical.end - vertical.start) * (horizontal.end - horizontal.start);
            }
            const int32_t padding = (divisor - rows * run) * padding_value;
            const int8_t *window = image + ys.start * row_step + xs.start * input_channels;
            for (int32_t next = 0; next < input_channels; next += block) {
                /* The last block may overlap the one before it. */
                const int32_t start = next + block <= input_channels ? next : input_channels - block;
                int32_t sums[AVG_POOL2D_CHANNELS] = {padding, padding, padding, padding};
                avg_pool2d_add_channels(window + start, row_step, rows, input_channels, run, block, sums);
                TCM_UNROLL_SCALAR
                for (int32_t i = 0; i < block; i++) {
                    const int32_t mean = tcm_pool_mean(sums[i], divisor);
                    output[start + i] = (int8_t)tcm_clamp(mean, activation_min, activation_max);
                }
            }
            output += input_channels;
        }
    }
}

#endif
