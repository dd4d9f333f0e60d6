/* SVDF on int8 by CMSIS-NN. */
#ifndef SVDF_S8__CMSIS_NN_H
#define SVDF_S8__CMSIS_NN_H

#include "tcm_cmsis_nn_svdf.h"

TCM_KERNEL int32_t svdf_s8__cmsis_nn(const int8_t *input, const int8_t *state, const int8_t *feature_weight,
                                     const int8_t *time_weight, const int32_t *bias, const int32_t *feature_sums,
                                     int8_t *output, int8_t *new_state, uint8_t *scratch, int32_t batches,
                                     int32_t input_features, int32_t units, int32_t rank, int32_t memory,
                                     int32_t input_offset, int32_t feature_multiplier, int32_t feature_shift,
                                     int32_t output_multiplier, int32_t output_shift, int32_t output_offset)
{
    const tcm_cmsis_nn_svdf svdf = tcm_cmsis_nn_svdf_of(scratch, batches, input_features, units, rank, memory,
                                                        input_offset, feature_multiplier, feature_shift,
                                                        output_multiplier, output_shift, output_offset, INT8_MIN,
                                                        INT8_MAX);
    /* CMSIS-NN only reads these sums, though its struct does not say so. */
    const cmsis_nn_context sums = {.buf = (int32_t *)feature_sums, .size = 0};
    if (new_state != state) {
        memcpy(new_state, state, (size_t)(batches * units * rank * memory));
    }
    return (int32_t)arm_svdf_s8(&sums, &svdf.features, &svdf.sums, &svdf.params, &svdf.feature_scale,
                                &svdf.output_scale, &svdf.input, input, &svdf.state, new_state, &svdf.feature_weight,
                                feature_weight, &svdf.time_weight, time_weight, &svdf.bias, bias, &svdf.output,
                                output);
}

#endif
