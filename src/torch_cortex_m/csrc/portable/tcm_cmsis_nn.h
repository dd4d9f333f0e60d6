/* CMSIS-NN's public structs, filled from the parameters that kernels have. Compiles with CMSIS-NN 4.0.0 and later. */
#ifndef TCM_CMSIS_NN_H
#define TCM_CMSIS_NN_H

#include "arm_nnfunctions.h"

#include "tcm.h"

TCM_KERNEL cmsis_nn_dims tcm_cmsis_nn_dims(int32_t n, int32_t h, int32_t w, int32_t c)
{
    const cmsis_nn_dims dims = {.n = n, .h = h, .w = w, .c = c};
    return dims;
}

TCM_KERNEL cmsis_nn_tile tcm_cmsis_nn_tile(int32_t h, int32_t w)
{
    const cmsis_nn_tile tile = {.w = w, .h = h};
    return tile;
}

TCM_KERNEL cmsis_nn_activation tcm_cmsis_nn_activation(int32_t activation_min, int32_t activation_max)
{
    const cmsis_nn_activation activation = {.min = activation_min, .max = activation_max};
    return activation;
}

/* CMSIS-NN's s8 functions take the size on trust and never read it. */
TCM_KERNEL cmsis_nn_context tcm_cmsis_nn_context(uint8_t *scratch)
{
    const cmsis_nn_context context = {.buf = scratch, .size = 0};
    return context;
}

/* CMSIS-NN only reads the arrays, though its struct does not say so. */
TCM_KERNEL cmsis_nn_per_channel_quant_params tcm_cmsis_nn_per_channel(const int32_t *multipliers,
                                                                      const int32_t *shifts)
{
    const cmsis_nn_per_channel_quant_params params = {.multiplier = (int32_t *)multipliers,
                                                      .shift = (int32_t *)shifts};
    return params;
}

/* The sizes of a convolution; right and bottom padding follow from the output. */
typedef struct {
    cmsis_nn_dims input;
    cmsis_nn_dims filter;
    cmsis_nn_dims output;
    cmsis_nn_tile stride;
    cmsis_nn_tile padding;
    cmsis_nn_tile dilation;
} tcm_cmsis_nn_window;

TCM_KERNEL int32_t tcm_cmsis_nn_divide_up(int32_t value, int32_t divisor)
{
    return (value + divisor - 1) / divisor;
}

/* Whether every version's MVE kernel for signals (height 1) places the padding of this one correctly: it wants as much
 * on the right as on the left or one more, no padded window on both sides, and with a stride above 1 a single element.
 * Where the last window ends before the input does, or with other padding, it fails or gives wrong values. */
TCM_KERNEL int32_t tcm_cmsis_nn_is_plain_signal(const tcm_cmsis_nn_window *window)
{
    const int32_t stride = window->stride.w;
    const int32_t left = window->padding.w;
    const int32_t right = (window->output.w - 1) * stride + window->filter.w - window->input.w - left;
    const int32_t padded = tcm_cmsis_nn_divide_up(left, stride) + tcm_cmsis_nn_divide_up(right, stride);
    return right >= 0 && (right == left || right == left + 1) && (stride == 1 || right <= 1) &&
           padded <= window->output.w;
}

TCM_KERNEL void tcm_cmsis_nn_swap(int32_t *first, int32_t *second)
{
    const int32_t value = *first;
    *first = *second;
    *second = value;
}

/* Other signals run as columns (width 1), which are the same bytes: CMSIS-NN's general kernel takes those. */
TCM_KERNEL void tcm_cmsis_nn_avoid_signal_kernel(tcm_cmsis_nn_window *window)
{
    if (window->input.h != 1 || window->filter.h != 1 || window->dilation.w != 1 ||
        tcm_cmsis_nn_is_plain_signal(window)) {
        return;
    }
    tcm_cmsis_nn_swap(&window->input.h, &window->input.w);
    tcm_cmsis_nn_swap(&window->filter.h, &window->filter.w);
    tcm_cmsis_nn_swap(&window->output.h, &window->output.w);
    tcm_cmsis_nn_swap(&window->stride.h, &window->stride.w);
    tcm_cmsis_nn_swap(&window->padding.h, &window->padding.w);
    tcm_cmsis_nn_swap(&window->dilation.h, &window->dilation.w);
}

/* The sizes of a convolution with weights [output_channels, kernel_height, kernel_width, filter_channels]. */
TCM_KERNEL tcm_cmsis_nn_window tcm_cmsis_nn_convolution(
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,
    int32_t output_width, int32_t output_channels, int32_t kernel_height, int32_t kernel_width, int32_t filter_channels,
    int32_t stride_height, int32_t stride_width, int32_t padding_top, int32_t padding_left, int32_t dilation_height,
    int32_t dilation_width)
{
    tcm_cmsis_nn_window window;
    window.input = tcm_cmsis_nn_dims(batches, input_height, input_width, input_channels);
    window.filter = tcm_cmsis_nn_dims(output_channels, kernel_height, kernel_width, filter_channels);
    window.output = tcm_cmsis_nn_dims(batches, output_height, output_width, output_channels);
    window.stride = tcm_cmsis_nn_tile(stride_height, stride_width);
    window.padding = tcm_cmsis_nn_tile(padding_top, padding_left);
    window.dilation = tcm_cmsis_nn_tile(dilation_height, dilation_width);
    tcm_cmsis_nn_avoid_signal_kernel(&window);
    return window;
}

TCM_KERNEL cmsis_nn_conv_params tcm_cmsis_nn_conv_params(const tcm_cmsis_nn_window *window, int32_t input_offset,
                                                         int32_t output_offset, int32_t activation_min,
                                                         int32_t activation_max)
{
    const cmsis_nn_conv_params params = {
        .input_offset = input_offset,
        .output_offset = output_offset,
        .stride = window->stride,
        .padding = window->padding,
        .dilation = window->dilation,
        .activation = tcm_cmsis_nn_activation(activation_min, activation_max),
    };
    return params;
}

TCM_KERNEL int32_t tcm_cmsis_nn_convolve(const tcm_cmsis_nn_window *window, const int8_t *input, const int8_t *weight,
                                         const int32_t *bias, const int32_t *multipliers, const int32_t *shifts,
                                         int8_t *output, uint8_t *scratch, int32_t input_offset,
                                         int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const cmsis_nn_context context = tcm_cmsis_nn_context(scratch);
    const cmsis_nn_conv_params params =
        tcm_cmsis_nn_conv_params(window, input_offset, output_offset, activation_min, activation_max);
    const cmsis_nn_per_channel_quant_params quantization = tcm_cmsis_nn_per_channel(multipliers, shifts);
    const cmsis_nn_dims bias_dims = tcm_cmsis_nn_dims(1, 1, 1, window->output.c);
    return (int32_t)arm_convolve_wrapper_s8(&context, &params, &quantization, &window->input, input, &window->filter,
                                            weight, &bias_dims, bias, &window->output, output);
}

/* The size depends on neither offsets nor the activation range. */
TCM_KERNEL int32_t tcm_cmsis_nn_convolve_scratch_bytes(const tcm_cmsis_nn_window *window)
{
    const cmsis_nn_conv_params params = tcm_cmsis_nn_conv_params(window, 0, 0, -128, 127);
    return arm_convolve_wrapper_s8_get_buffer_size(&params, &window->input, &window->filter, &window->output);
}

#endif
