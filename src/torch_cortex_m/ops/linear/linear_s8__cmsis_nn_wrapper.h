/* Quantized fully connected layer by CMSIS-NN 7 and later, which on MVE wants the sums of the weights' rows, with bias
 * and offsets, in its buffer: int8, weights [output_features, input_features]. */
#ifndef LINEAR_S8__CMSIS_NN_WRAPPER_H
#define LINEAR_S8__CMSIS_NN_WRAPPER_H

#include "tcm_cmsis_nn_linear.h"

TCM_KERNEL int32_t linear_s8__cmsis_nn_wrapper_scratch_bytes(int32_t input_features, int32_t output_features)
{
    const cmsis_nn_dims filter_dims = tcm_cmsis_nn_dims(input_features, 1, 1, output_features);
    return arm_fully_connected_s8_get_buffer_size(&filter_dims);
}

TCM_KERNEL int32_t linear_s8__cmsis_nn_wrapper(const int8_t *input, const int8_t *weight, const int32_t *bias,
                                               const int32_t *multipliers, const int32_t *shifts, int8_t *output,
                                               uint8_t *scratch, int32_t rows, int32_t input_features,
                                               int32_t output_features, int32_t per_channel, int32_t input_offset,
                                               int32_t weight_offset, int32_t output_offset, int32_t activation_min,
                                               int32_t activation_max)
{
    int32_t *const sums = (int32_t *)(void *)scratch;
    if (sums != NULL) {
        const arm_cmsis_nn_status status = arm_vector_sum_s8(sums, input_features, output_features, weight,
                                                             input_offset, weight_offset, bias);
        if (status != ARM_CMSIS_NN_SUCCESS) {
            return (int32_t)status;
        }
    }
    return tcm_cmsis_nn_linear(input, weight, bias, multipliers, shifts, output, sums, rows, input_features,
                               output_features, per_channel, input_offset, weight_offset, output_offset,
                               activation_min, activation_max);
}

#endif
