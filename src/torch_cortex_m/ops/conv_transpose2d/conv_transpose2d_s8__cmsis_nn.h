/* Quantized transposed convolution by CMSIS-NN: NHWC int8, weights [C_out, KH, KW, C_in]. */
#ifndef CONV_TRANSPOSE2D_S8__CMSIS_NN_H
#define CONV_TRANSPOSE2D_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

/* The sizes and the parameters that its functions take. */
typedef struct {
    cmsis_nn_dims input;
    cmsis_nn_dims filter;
    cmsis_nn_dims output;
    cmsis_nn_transpose_conv_params params;
} conv_transpose2d_s8_cmsis_nn_layer;

TCM_KERNEL conv_transpose2d_s8_cmsis_nn_layer conv_transpose2d_s8_cmsis_nn_layer_of(
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,
    int32_t output_width, int32_t output_channels, int32_t kernel_height, int32_t kernel_width, int32_t stride_height,
    int32_t stride_width, int32_t padding_top, int32_t padding_left)
{
    const conv_transpose2d_s8_cmsis_nn_layer layer = {
        .input = tcm_cmsis_nn_dims(batches, input_height, input_width, input_channels),
        .filter = tcm_cmsis_nn_dims(output_channels, kernel_height, kernel_width, input_channels),
        .output = tcm_cmsis_nn_dims(batches, output_height, output_width, output_channels),
        .params = {.stride = tcm_cmsis_nn_tile(stride_height, stride_width),
                   .padding = tcm_cmsis_nn_tile(padding_top, padding_left),
                   .padding_offsets = tcm_cmsis_nn_tile(0, 0),
                   .dilation = tcm_cmsis_nn_tile(1, 1)},
    };
    return layer;
}

/* Of the first of two buffers, in whole words. */
TCM_KERNEL int32_t conv_transpose2d_s8_cmsis_nn_first_bytes(const conv_transpose2d_s8_cmsis_nn_layer *layer)
{
    const int32_t bytes =
        arm_transpose_conv_s8_get_buffer_size(&layer->params, &layer->input, &layer->filter, &layer->output);
    return (bytes + 3) / 4 * 4;
}

TCM_KERNEL int32_t conv_transpose2d_s8__cmsis_nn_scratch_bytes(
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,
    int32_t output_width, int32_t output_channels, int32_t kernel_height, int32_t kernel_width, int32_t stride_height,
    int32_t stride_width, int32_t padding_top, int32_t padding_left)
{
    const conv_transpose2d_s8_cmsis_nn_layer layer = conv_transpose2d_s8_cmsis_nn_layer_of(
        batches, input_height, input_width, input_channels, output_height, output_width, output_channels, kernel_height,
        kernel_width, stride_height, stride_width, padding_top, padding_left);
    return conv_transpose2d_s8_cmsis_nn_first_bytes(&layer) +
           arm_transpose_conv_s8_get_reverse_conv_buffer_size(&layer.params, &layer.input, &layer.filter);
}

TCM_KERNEL int32_t conv_transpose2d_s8__cmsis_nn(
    const int8_t *input, const int8_t *weight, const int32_t *bias, const int32_t *multipliers, const int32_t *shifts,
    int8_t *output, uint8_t *scratch, int32_t batches, int32_t input_height, int32_t input_width,
    int32_t input_channels, int32_t output_height, int32_t output_width, int32_t output_channels,
    int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t stride_width, int32_t padding_top,
    int32_t padding_left, int32_t input_offset, int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    conv_transpose2d_s8_cmsis_nn_layer layer = conv_transpose2d_s8_cmsis_nn_layer_of(
        batches, input_height, input_width, input_channels, output_height, output_width, output_channels, kernel_height,
        kernel_width, stride_height, stride_width, padding_top, padding_left);
    const cmsis_nn_context context = tcm_cmsis_nn_context(scratch);
    const cmsis_nn_context reverse =
        tcm_cmsis_nn_context(scratch + conv_transpose2d_s8_cmsis_nn_first_bytes(&layer));
    const cmsis_nn_per_channel_quant_params quantization = tcm_cmsis_nn_per_channel(multipliers, shifts);
    const cmsis_nn_dims bias_dims = tcm_cmsis_nn_dims(1, 1, 1, output_channels);
    layer.params.input_offset = input_offset;
    layer.params.output_offset = output_offset;
    layer.params.activation = tcm_cmsis_nn_activation(activation_min, activation_max);
    return (int32_t)arm_transpose_conv_wrapper_s8(&context, &reverse, &layer.params, &quantization, &layer.input, input,
                                                  &layer.filter, weight, &bias_dims, bias, &layer.output, output);
}

#endif
