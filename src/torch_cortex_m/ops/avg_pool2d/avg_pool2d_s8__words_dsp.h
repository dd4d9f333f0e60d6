/* Average pooling for cores with the DSP extension: NHWC int8, four channels at a time, summed in halves of words.
 * The windows' part of a row of the input has at most 255 elements, so that sums of a row fit 16 bits. */
#ifndef AVG_POOL2D_S8__WORDS_DSP_H
#define AVG_POOL2D_S8__WORDS_DSP_H

#include "tcm_dsp.h"
#include "tcm_pool.h"

enum { AVG_POOL2D_ELEMENTS = 255 }; /* int8 values that add up within 16 bits */

/* Adds ``count`` words, ``step`` bytes apart, to halves[0] (bytes 0 and 2) and halves[1] (bytes 1 and 3). */
TCM_KERNEL void avg_pool2d_add_words(const int8_t *input, int32_t step, int32_t count, int32_t block,
                                     uint32_t halves[2])
{
    for (int32_t i = 0; i < count / 4; i++) {
        TCM_UNROLL
        for (int32_t k = 0; k < 4; k++) {
            const uint32_t word = tcm_load_bytes(input + k * step, block);
            halves[0] = tcm_sxtab16(halves[0], word);
            halves[1] = tcm_sxtab16_odd(halves[1], word);
        }
        input += 4 * step;
    }
    for (int32_t i = 0; i < count % 4; i++) {
        const uint32_t word = tcm_load_bytes(input, block);
        halves[0] = tcm_sxtab16(halves[0], word);
        halves[1] = tcm_sxtab16_odd(halves[1], word);
        input += step;
    }
}

/* Adds the inputs of a window, ``rows`` runs of ``run`` elements each, to the sums of four channels. */
TCM_KERNEL void avg_pool2d_add_window(const int8_t *input, int32_t row_step, int32_t rows, int32_t step, int32_t run,
                                      int32_t block, int32_t sums[4])
{
    const int32_t rows_at_once = run > 0 ? AVG_POOL2D_ELEMENTS / run : rows;
    while (rows > 0) {
        const int32_t some = rows < rows_at_once ? rows : rows_at_once;
        uint32_t halves[2] = {0, 0};
        for (int32_t row = 0; row < some; row++) {
            avg_pool2d_add_words(input, step, run, block, halves);
            input += row_step;
        }
        sums[0] += (int16_t)halves[0];
        sums[1] += (int16_t)halves[1];
        sums[2] += (int32_t)halves[0] >> 16;
        sums[3] += (int32_t)halves[1] >> 16;
        rows -= some;
    }
}

TCM_KERNEL void avg_pool2d_s8__words_dsp(const int8_t *input, int8_t *output, int32_t batches, int32_t input_height,
                                         int32_t input_width, int32_t input_channels, int32_t output_height,
                                         int32_t output_width, int32_t kernel_height, int32_t kernel_width,
                                         int32_t stride_height, int32_t stride_width, int32_t padding_top,
                                         int32_t padding_left, int32_t padding_bottom, int32_t padding_right,
                                         int32_t count_include_pad, int32_t divisor_override, int32_t padding_value,
                                         int32_t adaptive, int32_t activation_min, int32_t activation_max)
{
    const int32_t block = input_channels < 4 ? input_channels : 4;
    const int32_t row_step = input_width * input_channels;
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int8_t *image = input + (row / output_height) * input_height * row_step;
        const tcm_pool_range vertical =
            tcm_pool_window(row % output_height, input_height, output_height, kernel_height, stride_height,
                            padding_top, padding_bottom, adaptive);
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
            for (int32_t next = 0; next < input_channels; next += 4) {
                /* The last block may overlap the one before it. */
                const int32_t start = next + 4 <= input_channels ? next : input_channels - block;
                int32_t sums[4] = {padding, padding, padding, padding};
                avg_pool2d_add_window(window + start, row_step, rows, input_channels, run, block, sums);
                TCM_UNROLL
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
