/* Depthwise convolution for cores without SIMD: NHWC int8, two neighbouring rows of one channel's output at a time.
 *
 * The inputs of both rows' windows are halves of a word, u0 + 2^16 * u1 with u = x + 129 in [1, 256]. A product with a
 * weight w in [-128, 127] is s0 + 2^16 * s1 modulo 2^32, each s in [-2^15, 2^15). As u is never 0, both s are negative
 * just where w is: then the lower half borrows 1 from the upper one, which is s1 - 1 + 2^16 as an unsigned number. So with
 *
 *     both = sum of the products, upper = sum of their upper halves, n = number of negative weights
 *
 * the sums are s1 = upper - n * (2^16 - 1) and s0 = both - 2^16 * s1: all modulo 2^32, like any sum.
 *
 * Words lie by columns, so that a window is one run of them.
 *
 * weight: [KH * KW][C_out]. parameters: 4 words a channel: the bias for inputs x + 129, shift or scale, multiplier,
 * addend. */
#ifndef DEPTHWISE_CONV2D_S8__ROW_PAIRS_SCALAR_H
#define DEPTHWISE_CONV2D_S8__ROW_PAIRS_SCALAR_H

#include "tcm_scalar.h"
#include "tcm_window.h"

enum { DEPTHWISE_PAIRS_SHORT = 16 };

/* Columns of the input, padding included, that the windows of a row cover. */
TCM_KERNEL int32_t depthwise_row_pairs_columns(const tcm_window *window)
{
    return (window->output_width - 1) * window->stride_width +
           (window->kernel_width - 1) * window->dilation_width + 1;
}

/* A row of an image, NULL where it is padding. */
TCM_KERNEL const int8_t *depthwise_row_pairs_row(const tcm_window *window, const int8_t *image, int32_t y)
{
    const int32_t is_inside = y >= 0 && y < window->input_height;
    return is_inside ? image + y * window->input_width * window->input_channels : NULL;
}

/* ``count`` inputs of two rows as words of columns with ``height`` words. */
TCM_KERNEL void depthwise_row_pairs_gather(const tcm_window *window, const int8_t *first, const int8_t *second,
                                           int32_t count, uint32_t *words)
{
    const int32_t step = window->input_channels;
    const int32_t height = window->kernel_height;
    const int32_t padding = window->padding_value;
    if (!tcm_window_has_padding(window) || (first != NULL && second != NULL)) {
        for (int32_t x = 0; x < count; x++) {
            words[x * height] = (uint32_t)first[x * step] + ((uint32_t)second[x * step] << 16) + 0x00810081;
        }
    } else {
        for (int32_t x = 0; x < count; x++) {
            const int32_t lower = first != NULL ? first[x * step] : padding;
            const int32_t upper = second != NULL ? second[x * step] : padding;
            words[x * height] = (uint32_t)lower + ((uint32_t)upper << 16) + 0x00810081;
        }
    }
}

/* Adds the products of a run of words. */
TCM_KERNEL void depthwise_row_pairs_products(const uint32_t *words, const int32_t *taps, int32_t count, uint32_t *both,
                                             uint32_t *upper)
{
    if (count <= DEPTHWISE_PAIRS_SHORT) {
        TCM_UNROLL_SCALAR
        for (int32_t i = 0; i < count; i++) {
            tcm_multiply_add_pair(both, upper, words[i], (uint32_t)taps[i]);
        }
    } else {
        for (int32_t i = 0; i < count; i++) {
            tcm_multiply_add_pair(both, upper, words[i], (uint32_t)taps[i]);
        }
    }
}

/* All places of a channel. words: [columns][KH], of which those of padding are set. */
TCM_KERNEL void depthwise_row_pairs_channel(const tcm_window *window, const int8_t *input, const int32_t *taps,
                                            uint32_t negative, const int32_t *parameters, int8_t *output,
                                            uint32_t *words, int32_t batches, int32_t output_channels,
                                            const tcm_scalar_outputs *outputs)
{
    const int32_t columns = depthwise_row_pairs_columns(window);
    const int32_t left = tcm_clamp(window->padding_left, 0, columns);
    const int32_t inside = tcm_clamp(columns - left, 0, window->input_width);
    const int32_t run = window->dilation_width == 1 ? window->kernel_width : 1;
    const int32_t output_row = window->output_width * output_channels;
    const uint32_t upper_bias = (uint32_t)parameters[0] - negative * 0xffff;
    const uint32_t lower_bias = (uint32_t)parameters[0] - (negative << 16);
    for (int32_t batch = 0; batch < batches; batch++) {
        for (int32_t row = 0; row < window->output_height; row += 2) {
            /* An odd row at the end is computed twice at once. */
            const int32_t next = row + 1 < window->output_height ? 1 : 0;
            for (int32_t ky = 0; ky < window->kernel_height; ky++) {
                const int32_t y = row * window->stride_height - window->padding_top + ky * window->dilation_height;
                depthwise_row_pairs_gather(window, depthwise_row_pairs_row(window, input, y),
                                           depthwise_row_pairs_row(window, input, y + next * window->stride_height),
                                           inside, words + left * window->kernel_height + ky);
            }
            const uint32_t *start = words;
            int8_t *target = output;
            for (int32_t x = 0; x < window->output_width; x++) {
                uint32_t both = 0;
                uint32_t upper = 0;
                for (int32_t kx = 0; kx < window->kernel_width; kx += run) {
                    depthwise_row_pairs_products(start + kx * window->dilation_width * window->kernel_height,
                                                 taps + kx * window->kernel_height, run * window->kernel_height, &both,
                                                 &upper);
                }
                const uint32_t lower = both - (upper << 16);
                target[0] = tcm_scalar_output((int32_t)(lower + lower_bias), parameters + 1, outputs);
                target[next * output_row] = tcm_scalar_output((int32_t)(upper + upper_bias), parameters + 1, outputs);
                target += output_channels;
                start += window->stride_width * window->kernel_height;
            }
            output += (1 + next) * output_row;
        }
        input += window->input_height * window->input_width * window->input_channels;
    }
}

TCM_KERNEL void depthwise_conv2d_s8__row_pairs_scalar(
    const int8_t *input, const int8_t *weight, const int32_t *parameters, int8_t *output, uint8_t *scratch,
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,
    int32_t output_width, int32_t output_channels, int32_t depth_multiplier, int32_t kernel_height,
    int32_t kernel_width, int32_t stride_height, int32_t stride_width, int32_t padding_top, int32_t padding_left,
    int32_t padding_bottom, int32_t padding_right, int32_t dilation_height, int32_t dilation_width,
    int32_t input_offset, int32_t output_offset, int32_t way, int32_t common_shift, int32_t activation_min,
    int32_t activation_max)
{
    const tcm_window window = {
        .input_height = input_height,
        .input_width = input_width,
        .input_channels = input_channels,
        .output_height = output_height,
        .output_width = output_width,
        .groups = 1,
        .kernel_height = kernel_height,
        .kernel_width = kernel_width,
        .stride_height = stride_height,
        .stride_width = stride_width,
        .padding_top = padding_top,
        .padding_left = padding_left,
        .padding_bottom = padding_bottom,
        .padding_right = padding_right,
        .dilation_height = dilation_height,
        .dilation_width = dilation_width,
        .padding_value = -input_offset,
    };
    const tcm_scalar_outputs outputs = {
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    const int32_t words_count = kernel_height * depthwise_row_pairs_columns(&window);
    int32_t *const taps = (int32_t *)(void *)scratch;
    uint32_t *const words = (uint32_t *)(void *)scratch + kernel_height * kernel_width;
    for (int32_t i = 0; i < words_count; i++) {
        words[i] = (uint32_t)(window.padding_value + 129) * 0x00010001;
    }
    for (int32_t channel = 0; channel < output_channels; channel++) {
        uint32_t negative = 0;
        for (int32_t kx = 0; kx < kernel_width; kx++) {
            for (int32_t ky = 0; ky < kernel_height; ky++) {
                const int32_t value = weight[(ky * kernel_width + kx) * output_channels + channel];
                taps[kx * kernel_height + ky] = value;
                negative += value < 0;
            }
        }
        depthwise_row_pairs_channel(&window, input + channel / depth_multiplier, taps, negative,
                                    parameters + 4 * channel, output + channel, words, batches, output_channels,
                                    &outputs);
    }
}

#endif
