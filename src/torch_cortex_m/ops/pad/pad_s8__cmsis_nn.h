/* A constant border around a tensor of up to four dimensions by CMSIS-NN: int8. */
#ifndef PAD_S8__CMSIS_NN_H
#define PAD_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t pad_s8__cmsis_nn(const int8_t *input, int8_t *output, int32_t value, int32_t axis_0,
                                    int32_t axis_1, int32_t axis_2, int32_t axis_3, int32_t before_0,
                                    int32_t before_1, int32_t before_2, int32_t before_3, int32_t after_0,
                                    int32_t after_1, int32_t after_2, int32_t after_3)
{
    const cmsis_nn_dims size = tcm_cmsis_nn_dims(axis_0, axis_1, axis_2, axis_3);
    const cmsis_nn_dims before = tcm_cmsis_nn_dims(before_0, before_1, before_2, before_3);
    const cmsis_nn_dims after = tcm_cmsis_nn_dims(after_0, after_1, after_2, after_3);
    return (int32_t)arm_pad_s8(input, output, (int8_t)value, &size, &before, &after);
}

#endif
