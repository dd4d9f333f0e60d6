/* Quantized fully connected layer by CMSIS-NN 7 and later on MVE, with the sums of the weights' rows, which have bias and
 * offsets in them, among the constants: int8, weights [output_features, input_features]. */
#ifndef LINEAR_S8__CMSIS_NN_SUMS_H
#define LINEAR_S8__CMSIS_NN_SUMS_H

#include "tcm_cmsis_nn_linear.h"

TCM_KERNEL int32_t linear_s8__cmsis_nn_sums(const int8_t *input, const int8_t *weight, const int32_t *multipliers,
                                            const int32_t *shifts, const int32_t *sums, int8_t *output, int32_t rows,
                                            int32_t input_features, int32_t output_features, int32_t per_channel,
                                            int32_t input_offset, int32_t weight_offset, int32_t output_offset,
                                            int32_t activation_min, int32_t activation_max)
{
    return tcm_cmsis_nn_linear(input, weight, NULL, multipliers, shifts, output, sums, rows, input_features,
                               output_features, per_channel, input_offset, weight_offset, output_offset,
                               activation_min, activation_max);
}

#endif
