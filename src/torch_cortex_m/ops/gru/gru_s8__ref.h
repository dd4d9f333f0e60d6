/* Gated recurrent units on int8 with an int16 state, portable reference. */
#ifndef GRU_S8__REF_H
#define GRU_S8__REF_H

#include "tcm_gates.h"

/* Rows of input and output lie batch_stride and step_stride rows apart. The hidden values before a step are the row of
 * the output before it, so that only the state is kept aside; scratch has those before the first step. */
TCM_KERNEL void gru_s8__ref(const int8_t *input, const int16_t *initial_state, const int8_t *input_weight,
                            const int8_t *recurrent_weight, const int32_t *bias, const int32_t *recurrent_bias,
                            const int32_t *input_multipliers, const int32_t *input_shifts,
                            const int32_t *recurrent_multipliers, const int32_t *recurrent_shifts,
                            const int16_t *sigmoid_table, int8_t *output, int16_t *state, uint8_t *scratch,
                            int32_t batches, int32_t steps, int32_t batch_stride, int32_t step_stride,
                            int32_t input_size, int32_t hidden_size, int32_t input_offset, int32_t hidden_zero_point,
                            int32_t hidden_multiplier, int32_t hidden_shift, int32_t candidate_shift)
{
    for (int32_t batch = 0; batch < batches; batch++) {
        const int16_t *state_before = initial_state + batch * hidden_size;
        int16_t *const state_row = state + batch * hidden_size;
        int8_t *const initial = (int8_t *)scratch;
        const int8_t *before = initial;
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            initial[unit] = tcm_requantize_s8(state_before[unit], hidden_multiplier, hidden_shift, hidden_zero_point,
                                              -128, 127);
        }
        for (int32_t step = 0; step < steps; step++) {
            const int32_t row = batch * batch_stride + step * step_stride;
            const int8_t *const values = input + row * input_size;
            int8_t *const result = output + row * hidden_size;
            for (int32_t unit = 0; unit < hidden_size; unit++) {
                int32_t given[3]; /* reset, update, candidate */
                int32_t recurrent[3];
                for (int32_t gate = 0; gate < 3; gate++) {
                    const int32_t feature = gate * hidden_size + unit;
                    given[gate] = tcm_gate_sum(values, input_weight + feature * input_size, input_size, input_offset,
                                               bias[feature], input_multipliers[gate], input_shifts[gate]);
                    recurrent[gate] = tcm_gate_sum(before, recurrent_weight + feature * hidden_size, hidden_size,
                                                   -hidden_zero_point, recurrent_bias[feature],
                                                   recurrent_multipliers[gate], recurrent_shifts[gate]);
                }
                state_row[unit] = (int16_t)tcm_gru_state(given, recurrent, state_before[unit], candidate_shift,
                                                         sigmoid_table);
                result[unit] = tcm_requantize_s8(state_row[unit], hidden_multiplier, hidden_shift, hidden_zero_point,
                                                 -128, 127);
            }
            before = result;
            state_before = state_row;
        }
    }
}

#endif
