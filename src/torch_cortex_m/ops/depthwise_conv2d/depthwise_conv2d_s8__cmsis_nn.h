/* Quantized depthwise convolution of one image by CMSIS-NN: NHWC int8, weights [1, KH, KW, C_out]. */
#ifndef DEPTHWISE_CONV2D_S8__CMSIS_NN_H
#define DEPTHWISE_CONV2D_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

/* Depthwise filters are [1, KH, KW, C_out] in CMSIS-NN. */
TCM_KERNEL tcm_cmsis_nn_window depthwise_conv2d_s8__cmsis_nn_window(
    int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width,
    int32_t output_channels, int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t stride_width,
    int32_t padding_top, int32_t padding_left, int32_t dilation_height, int32_t dilation_width)
{
    tcm_cmsis_nn_window window = tcm_cmsis_nn_convolution(
        1, input_height, input_width, input_channels, output_height, output_width, output_channels, kernel_height,
        kernel_width, output_channels, stride_height, stride_width, padding_top, padding_left, dilation_height,
        dilation_width);
    window.filter.n = 1;
    return window;
}

TCM_KERNEL cmsis_nn_dw_conv_params depthwise_conv2d_s8__cmsis_nn_params(const tcm_cmsis_nn_window *window,
                                                                        int32_t depth_multiplier, int32_t input_offset,
                                                                        int32_t output_offset, int32_t activation_min,
                                                                        int32_t activation_max)
{
    const cmsis_nn_dw_conv_params params = {
        .input_offset = input_offset,
        .output_offset = output_offset,
        .ch_mult = depth_multiplier,
        .stride = window->stride,
        .padding = window->padding,
        .dilation = window->dilation,
        .activation = tcm_cmsis_nn_activation(activation_min, activation_max),
    };
    return params;
}

TCM_KERNEL int32_t depthwise_conv2d_s8__cmsis_nn_scratch_bytes(
    int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width,
    int32_t output_channels, int32_t depth_multiplier, int32_t kernel_height, int32_t kernel_width,
    int32_t stride_height, int32_t stride_width, int32_t padding_top, int32_t padding_left, int32_t dilation_height,
    int32_t dilation_width)
{
    const tcm_cmsis_nn_window window = depthwise_conv2d_s8__cmsis_nn_window(
        input_height, input_width, input_channels, output_height, output_width, output_channels, kernel_height,
        kernel_width, stride_height, stride_width, padding_top, padding_left, dilation_height, dilation_width);
    const cmsis_nn_dw_conv_params params =
        depthwise_conv2d_s8__cmsis_nn_params(&window, depth_multiplier, 0, 0, -128, 127);
    return arm_depthwise_conv_wrapper_s8_get_buffer_size(&params, &window.input, &window.filter, &window.output);
}

TCM_KERNEL int32_t depthwise_conv2d_s8__cmsis_nn(
    const int8_t *input, const int8_t *weight, const int32_t *filled_bias, const int32_t *multipliers,
    const int32_t *shifts, int8_t *output, uint8_t *scratch, int32_t input_height, int32_t input_width,
    int32_t input_channels, int32_t output_height, int32_t output_width, int32_t output_channels,
    int32_t depth_multiplier, int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t stride_width,
    int32_t padding_top, int32_t padding_left, int32_t dilation_height, int32_t dilation_width, int32_t input_offset,
    int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const tcm_cmsis_nn_window window = depthwise_conv2d_s8__cmsis_nn_window(
        input_height, input_width, input_channels, output_height, output_width, output_channels, kernel_height,
        kernel_width, stride_height, stride_width, padding_top, padding_left, dilation_height, dilation_width);
    const cmsis_nn_context context = tcm_cmsis_nn_context(scratch);
    const cmsis_nn_dw_conv_params params = depthwise_conv2d_s8__cmsis_nn_params(
        &window, depth_multiplier, input_offset, output_offset, activation_min, activation_max);
    const cmsis_nn_per_channel_quant_params quantization = tcm_cmsis_nn_per_channel(multipliers, shifts);
    const cmsis_nn_dims bias_dims = tcm_cmsis_nn_dims(1, 1, 1, output_channels);
    return (int32_t)arm_depthwise_conv_wrapper_s8(&context, &params, &quantization, &window.input, input,
                                                  &window.filter, weight, &bias_dims, filled_bias, &window.output,
                                                  output);
}

#endif
