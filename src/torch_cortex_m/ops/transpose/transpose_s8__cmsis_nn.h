/* Reordering of up to four dimensions by CMSIS-NN: int8. */
#ifndef TRANSPOSE_S8__CMSIS_NN_H
#define TRANSPOSE_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t transpose_s8__cmsis_nn(const int8_t *input, int8_t *output, int32_t rank, int32_t axis_0,
                                          int32_t axis_1, int32_t axis_2, int32_t axis_3, int32_t output_axis_0,
                                          int32_t output_axis_1, int32_t output_axis_2, int32_t output_axis_3,
                                          int32_t from_0, int32_t from_1, int32_t from_2, int32_t from_3)
{
    const cmsis_nn_dims input_dims = tcm_cmsis_nn_dims(axis_0, axis_1, axis_2, axis_3);
    const cmsis_nn_dims output_dims = tcm_cmsis_nn_dims(output_axis_0, output_axis_1, output_axis_2, output_axis_3);
    const uint32_t permutation[4] = {(uint32_t)from_0, (uint32_t)from_1, (uint32_t)from_2, (uint32_t)from_3};
    const cmsis_nn_transpose_params params = {.num_dims = rank, .permutations = permutation};
    return (int32_t)arm_transpose_s8(input, output, &input_dims, &output_dims, &params);
}

#endif
