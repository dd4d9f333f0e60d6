/* Matrix products of int8 tensors by CMSIS-NN, which wants the rows of the first matrix and the columns of the second:
 * other operands are transposed in scratch memory first. */
#ifndef BATCH_MATMUL_S8__CMSIS_NN_H
#define BATCH_MATMUL_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

/* Matrices with rows and columns swapped: [batches, height, width] to [batches, width, height]. */
TCM_KERNEL arm_cmsis_nn_status batch_matmul_s8__cmsis_nn_transpose(const int8_t *input, int8_t *output, int32_t batches,
                                                                   int32_t height, int32_t width)
{
    const uint32_t permutations[] = {0, 2, 1};
    const cmsis_nn_transpose_params params = {.num_dims = 3, .permutations = permutations};
    const cmsis_nn_dims input_dims = tcm_cmsis_nn_dims(batches, height, width, 0);
    const cmsis_nn_dims output_dims = tcm_cmsis_nn_dims(batches, width, height, 0);
    return arm_transpose_s8(input, output, &input_dims, &output_dims, &params);
}

/* scratch: a sum for each column, then the transposed operands. */
TCM_KERNEL int32_t batch_matmul_s8__cmsis_nn(const int8_t *input, const int8_t *other, int8_t *output, uint8_t *scratch,
                                             int32_t batches, int32_t rows, int32_t depth, int32_t columns,
                                             int32_t transpose_input, int32_t transpose_other, int32_t input_offset,
                                             int32_t other_offset, int32_t output_offset, int32_t multiplier,
                                             int32_t shift, int32_t activation_min, int32_t activation_max)
{
    const cmsis_nn_context context = tcm_cmsis_nn_context(scratch);
    const cmsis_nn_bmm_params params = {
        .adj_x = false,
        .adj_y = false,
        .fc_params = {.input_offset = input_offset,
                      .filter_offset = other_offset,
                      .output_offset = output_offset,
                      .activation = tcm_cmsis_nn_activation(activation_min, activation_max)},
    };
    const cmsis_nn_per_tensor_quant_params quantization = {.multiplier = multiplier, .shift = shift};
    const cmsis_nn_dims left_dims = tcm_cmsis_nn_dims(1, batches, rows, depth);
    const cmsis_nn_dims right_dims = tcm_cmsis_nn_dims(1, batches, columns, depth);
    const cmsis_nn_dims output_dims = tcm_cmsis_nn_dims(1, batches, rows, columns);
    int8_t *transposed = (int8_t *)scratch + 4 * columns;
    if (!transpose_other) {
        const arm_cmsis_nn_status status =
            batch_matmul_s8__cmsis_nn_transpose(other, transposed, batches, depth, columns);
        if (status != ARM_CMSIS_NN_SUCCESS) {
            return (int32_t)status;
        }
        other = transposed;
        transposed += batches * depth * columns;
    }
    if (transpose_input) {
        const arm_cmsis_nn_status status = batch_matmul_s8__cmsis_nn_transpose(input, transposed, batches, depth, rows);
        if (status != ARM_CMSIS_NN_SUCCESS) {
            return (int32_t)status;
        }
        input = transposed;
    }
    return (int32_t)arm_batch_matmul_s8(&context, &params, &quantization, &left_dims, input, &right_dims, other,
                                        &output_dims, output);
}

#endif
