/* Long short-term memory on int16, portable reference. */
#ifndef LSTM_S16__REF_H
#define LSTM_S16__REF_H

#include "tcm_gates.h"
#include "tcm_wide.h"

/* The sum of taps times values, from a first value on, in int16. */
TCM_KERNEL int32_t lstm_s16__gate_sum(const int16_t *values, const int8_t *taps, int32_t count, int64_t sum,
                                      int32_t multiplier, int32_t shift)
{
    return tcm_saturate_s16(
        tcm_requantize_wide(tcm_sum_of_products_s16(values, taps, count, sum), multiplier, shift));
}

/* Rows of input and output lie batch_stride and step_stride rows apart. The hidden values before a step are the row of
 * the output before it, so that only the cell is kept aside. */
TCM_KERNEL void lstm_s16__ref(const int16_t *input, const int16_t *initial_hidden, const int16_t *initial_cell,
                              const int8_t *input_weight, const int8_t *recurrent_weight, const int64_t *bias,
                              const int32_t *input_multipliers, const int32_t *input_shifts,
                              const int32_t *recurrent_multipliers, const int32_t *recurrent_shifts,
                              const int16_t *sigmoid_table, int16_t *output, int16_t *hidden, int16_t *cell,
                              int32_t batches, int32_t steps, int32_t batch_stride, int32_t step_stride,
                              int32_t input_size, int32_t hidden_size, int32_t cell_multiplier, int32_t cell_shift,
                              int32_t cell_clip, int32_t tanh_multiplier, int32_t tanh_shift,
                              int32_t hidden_multiplier, int32_t hidden_shift)
{
    for (int32_t batch = 0; batch < batches; batch++) {
        const int16_t *before = initial_hidden + batch * hidden_size;
        const int16_t *cell_before = initial_cell + batch * hidden_size;
        int16_t *const cell_row = cell + batch * hidden_size;
        for (int32_t step = 0; step < steps; step++) {
            const int32_t row = batch * batch_stride + step * step_stride;
            const int16_t *const values = input + row * input_size;
            int16_t *const result = output + row * hidden_size;
            for (int32_t unit = 0; unit < hidden_size; unit++) {
                int32_t gates[4];
                for (int32_t gate = 0; gate < 4; gate++) {
                    const int32_t feature = gate * hidden_size + unit;
                    const int32_t sum =
                        lstm_s16__gate_sum(values, input_weight + feature * input_size, input_size, bias[feature],
                                           input_multipliers[gate], input_shifts[gate]) +
                        lstm_s16__gate_sum(before, recurrent_weight + feature * hidden_size, hidden_size, 0,
                                           recurrent_multipliers[gate], recurrent_shifts[gate]);
                    gates[gate] = tcm_lstm_gate(gate, sum, sigmoid_table);
                }
                cell_row[unit] = tcm_lstm_cell(gates, cell_before[unit], cell_multiplier, cell_shift, cell_clip);
                const int32_t tangent = tcm_tanh_s16(cell_row[unit], tanh_multiplier, tanh_shift, sigmoid_table);
                result[unit] =
                    tcm_requantize_s16(tangent * gates[3], hidden_multiplier, hidden_shift, 0, -32768, 32767);
            }
            before = result;
            cell_before = cell_row;
        }
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            hidden[batch * hidden_size + unit] = before[unit];
        }
    }
}

#endif
