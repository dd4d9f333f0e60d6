/* Long short-term memory by CMSIS-NN. */
#ifndef LSTM_S8__CMSIS_NN_H
#define LSTM_S8__CMSIS_NN_H

#include <string.h>

#include "tcm_cmsis_nn.h"

/* One gate of those that follow each other in all arguments. The biases have the offsets' share already. */
TCM_KERNEL cmsis_nn_lstm_gate lstm_s8__cmsis_nn_gate(int32_t gate, const int8_t *input_weight,
                                                     const int8_t *recurrent_weight, const int32_t *input_bias,
                                                     const int32_t *recurrent_bias, const int32_t *input_multipliers,
                                                     const int32_t *input_shifts, const int32_t *recurrent_multipliers,
                                                     const int32_t *recurrent_shifts, int32_t input_size,
                                                     int32_t hidden_size)
{
    const cmsis_nn_lstm_gate result = {
        .input_multiplier = input_multipliers[gate],
        .input_shift = input_shifts[gate],
        .input_weights = input_weight + gate * hidden_size * input_size,
        .input_effective_bias = input_bias + gate * hidden_size,
        .hidden_multiplier = recurrent_multipliers[gate],
        .hidden_shift = recurrent_shifts[gate],
        .hidden_weights = recurrent_weight + gate * hidden_size * hidden_size,
        .hidden_effective_bias = recurrent_bias + gate * hidden_size,
        .bias = NULL,
        .activation_type = gate == 2 ? ARM_TANH : ARM_SIGMOID,
    };
    return result;
}

TCM_KERNEL int32_t lstm_s8__cmsis_nn(const int8_t *input, const int8_t *initial_hidden, const int16_t *initial_cell,
                                     const int8_t *input_weight, const int8_t *recurrent_weight,
                                     const int32_t *input_bias, const int32_t *recurrent_bias,
                                     const int32_t *input_multipliers, const int32_t *input_shifts,
                                     const int32_t *recurrent_multipliers, const int32_t *recurrent_shifts,
                                     int8_t *output, int8_t *hidden, int16_t *cell, uint8_t *scratch, int32_t batches,
                                     int32_t steps, int32_t input_size, int32_t hidden_size, int32_t time_major,
                                     int32_t input_offset, int32_t hidden_zero_point, int32_t cell_power,
                                     int32_t cell_multiplier, int32_t cell_shift, int32_t cell_clip,
                                     int32_t hidden_multiplier, int32_t hidden_shift)
{
    cmsis_nn_lstm_gate gates[4];
    for (int32_t gate = 0; gate < 4; gate++) {
        gates[gate] = lstm_s8__cmsis_nn_gate(gate, input_weight, recurrent_weight, input_bias, recurrent_bias,
                                             input_multipliers, input_shifts, recurrent_multipliers, recurrent_shifts,
                                             input_size, hidden_size);
    }
    const cmsis_nn_lstm_params params = {
        .time_major = time_major,
        .batch_size = batches,
        .time_steps = steps,
        .input_size = input_size,
        .hidden_size = hidden_size,
        .input_offset = input_offset,
        .forget_to_cell_multiplier = INT32_C(1) << 30,
        .forget_to_cell_shift = -14,
        .input_to_cell_multiplier = cell_multiplier,
        .input_to_cell_shift = cell_shift,
        .cell_clip = cell_clip <= INT16_MAX ? cell_clip : 0, /* none */
        .cell_scale_power = cell_power,
        .output_multiplier = hidden_multiplier,
        .output_shift = hidden_shift,
        .output_offset = hidden_zero_point,
        .forget_gate = gates[1],
        .input_gate = gates[0],
        .cell_gate = gates[2],
        .output_gate = gates[3],
    };
    cmsis_nn_lstm_context buffers = {
        .temp1 = scratch,
        .temp2 = scratch + 2 * batches * hidden_size,
        .cell_state = cell,
        .hidden_state = hidden,
    };
    if (hidden != initial_hidden) {
        memcpy(hidden, initial_hidden, (size_t)(batches * hidden_size));
    }
    if (cell != initial_cell) {
        memcpy(cell, initial_cell, (size_t)(2 * batches * hidden_size));
    }
    return (int32_t)arm_lstm_unidirectional_s8(input, output, &params, &buffers);
}

#endif
