/* Long short-term memory for cores without SIMD: unit by unit, its products and then its functions. See
 * tcm_scalar_gates.h. */
#ifndef LSTM_S8__UNITS_SCALAR_H
#define LSTM_S8__UNITS_SCALAR_H

#include "tcm_scalar_gates.h"

typedef struct {
    const int16_t *sigmoid_table;
    int32_t hidden_zero_point;
    int32_t cell_multiplier;
    int32_t cell_shift;
    int32_t cell_clip;
    int32_t tanh_multiplier;
    int32_t tanh_shift;
    int32_t hidden_multiplier;
    int32_t hidden_shift;
} lstm_s8__scalar;

/* Updates the cell of a unit, given the sums of its gates input, forget, candidate and output, and gives its h. */
TCM_KERNEL int8_t lstm_s8__scalar_unit(const int32_t gates[4], int16_t *cell, const lstm_s8__scalar *lstm)
{
    const int16_t *const table = lstm->sigmoid_table;
    const int32_t half = (tcm_sigmoid_s16(gates[1], table) * *cell + 1) >> 1;
    const int32_t kept = (half + (1 << 13) + (half >> 31)) >> 14; /* within int16, as sigmoid is below 2^15 */
    const int32_t added = tcm_sigmoid_s16(gates[0], table) * tcm_tanh_s16(gates[2], 3, 0, table);
    const int32_t scaled =
        tcm_scalar_saturate_s16(tcm_scalar_requantize(added, lstm->cell_multiplier, lstm->cell_shift));
    int32_t state = tcm_scalar_saturate_s16(kept + scaled);
    if (lstm->cell_clip <= 32767) {
        state = tcm_clamp(state, -lstm->cell_clip, lstm->cell_clip);
    }
    *cell = (int16_t)state;
    const int32_t product = tcm_tanh_s16(state, lstm->tanh_multiplier, lstm->tanh_shift, table) *
                            tcm_sigmoid_s16(gates[3], table);
    const int32_t result = tcm_scalar_requantize(product, lstm->hidden_multiplier, lstm->hidden_shift);
    return tcm_limit_s8((int32_t)((uint32_t)result + (uint32_t)lstm->hidden_zero_point), -128, 127);
}

TCM_KERNEL void lstm_s8__units_scalar(const int8_t *input, const int8_t *initial_hidden, const int16_t *initial_cell,
                                      const int8_t *input_weight, const int8_t *recurrent_weight,
                                      const int32_t *input_biases, const int32_t *recurrent_biases,
                                      const int32_t *input_multipliers, const int32_t *recurrent_multipliers,
                                      const int16_t *sigmoid_table, int8_t *output, int8_t *hidden, int16_t *cell,
                                      uint8_t *scratch, int32_t batches, int32_t steps, int32_t batch_stride,
                                      int32_t step_stride, int32_t input_size, int32_t hidden_size,
                                      int32_t input_gate_shifts, int32_t recurrent_gate_shifts,
                                      int32_t hidden_zero_point, int32_t cell_multiplier, int32_t cell_shift,
                                      int32_t cell_clip, int32_t tanh_multiplier, int32_t tanh_shift,
                                      int32_t hidden_multiplier, int32_t hidden_shift)
{
    const tcm_scalar_gates given = {
        .weights = (const uint8_t *)input_weight,
        .biases = input_biases,
        .multipliers = input_multipliers,
        .shifts = input_gate_shifts,
        .taps = input_size,
    };
    const tcm_scalar_gates recurrent = {
        .weights = (const uint8_t *)recurrent_weight,
        .biases = recurrent_biases,
        .multipliers = recurrent_multipliers,
        .shifts = recurrent_gate_shifts,
        .taps = hidden_size,
    };
    const lstm_s8__scalar lstm = {
        .sigmoid_table = sigmoid_table,
        .hidden_zero_point = hidden_zero_point,
        .cell_multiplier = cell_multiplier,
        .cell_shift = cell_shift,
        .cell_clip = cell_clip,
        .tanh_multiplier = tanh_multiplier,
        .tanh_shift = tanh_shift,
        .hidden_multiplier = hidden_multiplier,
        .hidden_shift = hidden_shift,
    };
    uint8_t *const recurrent_column = scratch + input_size;
    for (int32_t batch = 0; batch < batches; batch++) {
        const int8_t *before = initial_hidden + batch * hidden_size;
        int16_t *const cells = cell + batch * hidden_size;
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            cells[unit] = initial_cell[batch * hidden_size + unit];
        }
        for (int32_t step = 0; step < steps; step++) {
            const int32_t row = batch * batch_stride + step * step_stride;
            int8_t *const result = output + row * hidden_size;
            const uint32_t sum = tcm_scalar_append(scratch, input + row * input_size, input_size);
            const uint32_t recurrent_sum = tcm_scalar_append(recurrent_column, before, hidden_size);
            for (int32_t unit = 0; unit < hidden_size; unit++) {
                int32_t gates[4];
                int32_t others[4];
                tcm_scalar_gate_sums(&given, unit, 4, scratch, sum, gates);
                tcm_scalar_gate_sums(&recurrent, unit, 4, recurrent_column, recurrent_sum, others);
                TCM_UNROLL_SCALAR
                for (int32_t gate = 0; gate < 4; gate++) {
                    gates[gate] = tcm_scalar_saturate_s16(tcm_scalar_gate(gates[gate], &given, gate) +
                                                          tcm_scalar_gate(others[gate], &recurrent, gate));
                }
                result[unit] = lstm_s8__scalar_unit(gates, cells + unit, &lstm);
            }
            before = result;
        }
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            hidden[batch * hidden_size + unit] = before[unit];
        }
    }
}

#endif
