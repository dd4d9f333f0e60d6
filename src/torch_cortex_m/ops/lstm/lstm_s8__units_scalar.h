/* Long short-term memory for cores without SIMD: unit by unit, its products and then its functions. See
 * tcm_scalar_steps.h. */
#ifndef LSTM_S8__UNITS_SCALAR_H
#define LSTM_S8__UNITS_SCALAR_H

#include "tcm_scalar_steps.h"

typedef struct {
    const int16_t *sigmoid_table;
    int16_t *cells;
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
TCM_KERNEL int8_t lstm_s8__scalar_unit(const lstm_s8__scalar *lstm, const int32_t given[4], const int32_t recurrent[4],
                                       int32_t unit)
{
    const int16_t *const table = lstm->sigmoid_table;
    int16_t *const cell = lstm->cells + unit;
    int32_t gates[4];
    TCM_UNROLL_SCALAR
    for (int32_t gate = 0; gate < 4; gate++) {
        gates[gate] = tcm_scalar_saturate_s16(given[gate] + recurrent[gate]);
    }
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
    return tcm_scalar_hidden(product, lstm->hidden_multiplier, lstm->hidden_shift, lstm->hidden_zero_point);
}

TCM_SCALAR_STEPS(lstm_s8__scalar_steps, lstm_s8__scalar, 4, 1, lstm_s8__scalar_unit)

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
    const tcm_scalar_sequence sequence = {
        .given = {(const uint8_t *)input_weight, input_biases, input_multipliers, input_gate_shifts, input_size},
        .recurrent = {(const uint8_t *)recurrent_weight, recurrent_biases, recurrent_multipliers,
                      recurrent_gate_shifts, hidden_size},
        .steps = steps,
        .step_stride = step_stride,
    };
    lstm_s8__scalar lstm = {
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
    for (int32_t batch = 0; batch < batches; batch++) {
        const int32_t row = batch * batch_stride;
        const int32_t place = batch * hidden_size;
        lstm.cells = cell + place;
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            lstm.cells[unit] = initial_cell[place + unit];
        }
        const int8_t *const last = lstm_s8__scalar_steps(&sequence, &lstm, input + row * input_size,
                                                         initial_hidden + place, output + row * hidden_size, scratch);
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            hidden[place + unit] = last[unit];
        }
    }
}

#endif
