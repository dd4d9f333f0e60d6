/* What CMSIS-NN's functions for SVDF are given. */
#ifndef TCM_CMSIS_NN_SVDF_H
#define TCM_CMSIS_NN_SVDF_H

#include <string.h>

#include "tcm_cmsis_nn.h"

typedef struct {
    cmsis_nn_context features;
    cmsis_nn_context sums;
    cmsis_nn_svdf_params params;
    cmsis_nn_per_tensor_quant_params feature_scale;
    cmsis_nn_per_tensor_quant_params output_scale;
    cmsis_nn_dims input;
    cmsis_nn_dims state;
    cmsis_nn_dims feature_weight;
    cmsis_nn_dims time_weight;
    cmsis_nn_dims bias;
    cmsis_nn_dims output;
} tcm_cmsis_nn_svdf;

/* scratch: a word for each filter and each unit of all batches. state_min, state_max: limits of the state's type. */
TCM_KERNEL tcm_cmsis_nn_svdf tcm_cmsis_nn_svdf_of(uint8_t *scratch, int32_t batches, int32_t input_features,
                                                  int32_t units, int32_t rank, int32_t memory, int32_t input_offset,
                                                  int32_t feature_multiplier, int32_t feature_shift,
                                                  int32_t output_multiplier, int32_t output_shift,
                                                  int32_t output_offset, int32_t state_min, int32_t state_max)
{
    const int32_t filters = units * rank;
    const tcm_cmsis_nn_svdf svdf = {
        .features = tcm_cmsis_nn_context(scratch),
        .sums = tcm_cmsis_nn_context(scratch + 4 * batches * filters),
        .params =
            {
                .rank = rank,
                .input_offset = -input_offset,
                .output_offset = output_offset,
                .input_activation = tcm_cmsis_nn_activation(state_min, state_max),
                .output_activation = tcm_cmsis_nn_activation(INT8_MIN, INT8_MAX),
            },
        .feature_scale = {.multiplier = feature_multiplier, .shift = feature_shift},
        .output_scale = {.multiplier = output_multiplier, .shift = output_shift},
        .input = tcm_cmsis_nn_dims(batches, input_features, 1, 1),
        .state = tcm_cmsis_nn_dims(batches, memory * filters, 1, 1),
        .feature_weight = tcm_cmsis_nn_dims(filters, input_features, 1, 1),
        .time_weight = tcm_cmsis_nn_dims(filters, memory, 1, 1),
        .bias = tcm_cmsis_nn_dims(units, 1, 1, 1),
        .output = tcm_cmsis_nn_dims(batches, units, 1, 1),
    };
    return svdf;
}

#endif
