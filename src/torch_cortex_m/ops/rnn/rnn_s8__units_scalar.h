/* Plain recurrent units for cores without SIMD: the products of four units and then their functions. See
 * tcm_scalar_steps.h. */
#ifndef RNN_S8__UNITS_SCALAR_H
#define RNN_S8__UNITS_SCALAR_H

#include "tcm_scalar_steps.h"

typedef struct {
    const int16_t *sigmoid_table;
    int32_t hidden_zero_point;
    int32_t hidden_multiplier;
    int32_t hidden_shift;
    int32_t relu;
} rnn_s8__scalar;

TCM_KERNEL int8_t rnn_s8__scalar_unit(const rnn_s8__scalar *rnn, const int32_t *given, const int32_t *recurrent,
                                      int32_t unit)
{
    (void)unit;
    const int32_t sum = tcm_scalar_saturate_s16(given[0] + recurrent[0]);
    const int32_t active = rnn->relu ? (sum < 0 ? 0 : sum) : tcm_tanh_s16(sum, 3, 0, rnn->sigmoid_table);
    return tcm_scalar_hidden(active, rnn->hidden_multiplier, rnn->hidden_shift, rnn->hidden_zero_point);
}

TCM_SCALAR_STEPS(tcm_rnn_scalar_steps, rnn_s8__scalar, 1, 4, rnn_s8__scalar_unit)

TCM_KERNEL void rnn_s8__units_scalar(const int8_t *input, const int8_t *initial_hidden, const int8_t *input_weight,
                                     const int8_t *recurrent_weight, const int32_t *input_biases,
                                     const int32_t *recurrent_biases, const int32_t *input_multipliers,
                                     const int32_t *recurrent_multipliers, const int16_t *sigmoid_table,
                                     int8_t *output, uint8_t *scratch, int32_t batches, int32_t steps,
                                     int32_t batch_stride, int32_t step_stride, int32_t input_size,
                                     int32_t hidden_size, int32_t input_gate_shifts, int32_t recurrent_gate_shifts,
                                     int32_t hidden_zero_point, int32_t hidden_multiplier, int32_t hidden_shift,
                                     int32_t relu)
{
    const tcm_scalar_sequence sequence = {
        .given = {(const uint8_t *)input_weight, input_biases, input_multipliers, input_gate_shifts, input_size},
        .recurrent = {(const uint8_t *)recurrent_weight, recurrent_biases, recurrent_multipliers,
                      recurrent_gate_shifts, hidden_size},
        .steps = steps,
        .step_stride = step_stride,
    };
    const rnn_s8__scalar rnn = {
        .sigmoid_table = sigmoid_table,
        .hidden_zero_point = hidden_zero_point,
        .hidden_multiplier = hidden_multiplier,
        .hidden_shift = hidden_shift,
        .relu = relu,
    };
    for (int32_t batch = 0; batch < batches; batch++) {
        const int32_t row = batch * batch_stride;
        tcm_rnn_scalar_steps(&sequence, &rnn, input + row * input_size, initial_hidden + batch * hidden_size,
                             output + row * hidden_size, scratch);
    }
}

#endif
