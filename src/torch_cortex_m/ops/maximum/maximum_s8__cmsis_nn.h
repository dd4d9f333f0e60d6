/* The larger of two values with broadcasting by CMSIS-NN: int8. */
#ifndef MAXIMUM_S8__CMSIS_NN_H
#define MAXIMUM_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t maximum_s8__cmsis_nn(const int8_t *input, const int8_t *other, int8_t *output, int32_t places,
                                        int32_t channels, int32_t input_places, int32_t input_channels,
                                        int32_t other_places, int32_t other_channels)
{
    const cmsis_nn_context context = tcm_cmsis_nn_context(NULL);
    const cmsis_nn_dims input_dims = tcm_cmsis_nn_dims(1, 1, input_places, input_channels);
    const cmsis_nn_dims other_dims = tcm_cmsis_nn_dims(1, 1, other_places, other_channels);
    const cmsis_nn_dims output_dims = tcm_cmsis_nn_dims(1, 1, places, channels);
    return (int32_t)arm_maximum_s8(&context, input, &input_dims, other, &other_dims, output, &output_dims);
}

#endif
