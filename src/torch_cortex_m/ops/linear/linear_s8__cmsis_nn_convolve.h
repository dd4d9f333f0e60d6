/* Quantized fully connected layer with a multiplier for each feature, as CMSIS-NN's 1x1 convolution of a row of pixels:
 * int8, weights [output_features, input_features]. */
#ifndef LINEAR_S8__CMSIS_NN_CONVOLVE_H
#define LINEAR_S8__CMSIS_NN_CONVOLVE_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t linear_s8__cmsis_nn_convolve_scratch_bytes(int32_t rows, int32_t input_features,
                                                              int32_t output_features)
{
    const tcm_cmsis_nn_window window = tcm_cmsis_nn_convolution(1, 1, rows, input_features, 1, rows, output_features, 1,
                                                                1, input_features, 1, 1, 0, 0, 1, 1);
    return tcm_cmsis_nn_convolve_scratch_bytes(&window);
}

TCM_KERNEL int32_t linear_s8__cmsis_nn_convolve(const int8_t *input, const int8_t *weight, const int32_t *bias,
                                                const int32_t *multipliers, const int32_t *shifts, int8_t *output,
                                                uint8_t *scratch, int32_t rows, int32_t input_features,
                                                int32_t output_features, int32_t input_offset, int32_t output_offset,
                                                int32_t activation_min, int32_t activation_max)
{
    const tcm_cmsis_nn_window window = tcm_cmsis_nn_convolution(1, 1, rows, input_features, 1, rows, output_features, 1,
                                                                1, input_features, 1, 1, 0, 0, 1, 1);
    return tcm_cmsis_nn_convolve(&window, input, weight, bias, multipliers, shifts, output, scratch, input_offset,
                                 output_offset, activation_min, activation_max);
}

#endif
