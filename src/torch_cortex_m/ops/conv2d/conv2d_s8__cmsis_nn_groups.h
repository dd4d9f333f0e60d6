/* Quantized convolution with groups by CMSIS-NN: NHWC int8, weights [C_out, KH, KW, C_in / groups]. The general kernel
 * of CMSIS-NN computes it, and its buffer size function is asked directly: the wrapper's own once left groups out. */
#ifndef CONV2D_S8__CMSIS_NN_GROUPS_H
#define CONV2D_S8__CMSIS_NN_GROUPS_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t conv2d_s8__cmsis_nn_groups_scratch_bytes(int32_t batches, int32_t input_height, int32_t input_width,
                                                            int32_t input_channels, int32_t output_channels,
                                                            int32_t kernel_height, int32_t kernel_width, int32_t groups)
{
    const cmsis_nn_dims input = tcm_cmsis_nn_dims(batches, input_height, input_width, input_channels);
    const cmsis_nn_dims filter =
        tcm_cmsis_nn_dims(output_channels, kernel_height, kernel_width, input_channels / groups);
    return arm_convolve_s8_get_buffer_size(&input, &filter);
}

TCM_KERNEL int32_t conv2d_s8__cmsis_nn_groups(
    const int8_t *input, const int8_t *weight, const int32_t *filled_bias, const int32_t *multipliers,
    const int32_t *shifts, int8_t *output, uint8_t *scratch, int32_t batches, int32_t input_height,
    int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width, int32_t output_channels,
    int32_t groups, int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t stride_width,
    int32_t padding_top, int32_t padding_left, int32_t dilation_height, int32_t dilation_width, int32_t input_offset,
    int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const tcm_cmsis_nn_window window = tcm_cmsis_nn_convolution(
        batches, input_height, input_width, input_channels, output_height, output_width, output_channels, kernel_height,
        kernel_width, input_channels / groups, stride_height, stride_width, padding_top, padding_left, dilation_height,
        dilation_width);
    return tcm_cmsis_nn_convolve(&window, input, weight, filled_bias, multipliers, shifts, output, scratch,
                                 input_offset, output_offset, activation_min, activation_max);
}

#endif
