/* CMSIS-NN's function for fully connected layers, of version 7 and later. */
#ifndef TCM_CMSIS_NN_LINEAR_H
#define TCM_CMSIS_NN_LINEAR_H

#include "tcm_cmsis_nn.h"

/* sums: on MVE those of the weights' rows, with bias and offsets; else none. */
TCM_KERNEL int32_t tcm_cmsis_nn_linear(const int8_t *input, const int8_t *weight, const int32_t *bias,
                                       const int32_t *multipliers, const int32_t *shifts, int8_t *output,
                                       const int32_t *sums, int32_t rows, int32_t input_features,
                                       int32_t output_features, int32_t per_channel, int32_t input_offset,
                                       int32_t weight_offset, int32_t output_offset, int32_t activation_min,
                                       int32_t activation_max)
{
    /* CMSIS-NN only reads the arrays, though its structs do not say so. */
    const cmsis_nn_context context = {.buf = (int32_t *)sums, .size = 0};
    const cmsis_nn_quant_params quantization = {
        .multiplier = (int32_t *)multipliers, .shift = (int32_t *)shifts, .is_per_channel = per_channel};
    const cmsis_nn_fc_params params = {
        .input_offset = input_offset,
        .filter_offset = weight_offset,
        .output_offset = output_offset,
        .activation = tcm_cmsis_nn_activation(activation_min, activation_max),
    };
    const cmsis_nn_dims input_dims = tcm_cmsis_nn_dims(rows, 1, 1, input_features);
    const cmsis_nn_dims filter_dims = tcm_cmsis_nn_dims(input_features, 1, 1, output_features);
    const cmsis_nn_dims bias_dims = tcm_cmsis_nn_dims(1, 1, 1, output_features);
    const cmsis_nn_dims output_dims = tcm_cmsis_nn_dims(rows, 1, 1, output_features);
    return (int32_t)arm_fully_connected_wrapper_s8(&context, &params, &quantization, &input_dims, input, &filter_dims,
                                                   weight, &bias_dims, bias, &output_dims, output);
}

#endif
