/* Quantized fully connected layer, one multiplier for all features, by CMSIS-NN before its kernel sums (4.0, 4.1). */
#ifndef LINEAR_S8__CMSIS_NN_H
#define LINEAR_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t linear_s8__cmsis_nn(const int8_t *input, const int8_t *weight, const int32_t *bias, int8_t *output,
                                       int32_t rows, int32_t input_features, int32_t output_features,
                                       int32_t input_offset, int32_t output_offset, int32_t multiplier, int32_t shift,
                                       int32_t activation_min, int32_t activation_max)
{
    const cmsis_nn_context context = tcm_cmsis_nn_context(NULL);
    const cmsis_nn_fc_params params = {
        .input_offset = input_offset,
        .filter_offset = 0,
        .output_offset = output_offset,
        .activation = tcm_cmsis_nn_activation(activation_min, activation_max),
    };
    const cmsis_nn_per_tensor_quant_params quantization = {.multiplier = multiplier, .shift = shift};
    const cmsis_nn_dims input_dims = tcm_cmsis_nn_dims(rows, 1, 1, input_features);
    const cmsis_nn_dims filter_dims = tcm_cmsis_nn_dims(input_features, 1, 1, output_features);
    const cmsis_nn_dims bias_dims = tcm_cmsis_nn_dims(1, 1, 1, output_features);
    const cmsis_nn_dims output_dims = tcm_cmsis_nn_dims(rows, 1, 1, output_features);
    return (int32_t)arm_fully_connected_s8(&context, &params, &quantization, &input_dims, input, &filter_dims, weight,
                                           &bias_dims, bias, &output_dims, output);
}

#endif
