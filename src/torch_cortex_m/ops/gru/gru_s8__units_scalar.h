/* Gated recurrent units for cores without SIMD: unit by unit, its products and then its functions. See
 * tcm_scalar_steps.h. */
#ifndef GRU_S8__UNITS_SCALAR_H
#define GRU_S8__UNITS_SCALAR_H

#include "tcm_scalar_steps.h"

typedef struct {
    const int16_t *sigmoid_table;
    int16_t *states;
    int32_t hidden_zero_point;
    int32_t hidden_multiplier;
    int32_t hidden_shift;
    int32_t candidate_shift;
} gru_s8__scalar;

TCM_KERNEL int8_t gru_s8__scalar_hidden(const gru_s8__scalar *gru, int32_t unit)
{
    return tcm_scalar_hidden(gru->states[unit], gru->hidden_multiplier, gru->hidden_shift, gru->hidden_zero_point);
}

/* Updates the state of a unit, given the sums of its gates reset, update and candidate, and gives its h. */
TCM_KERNEL int8_t gru_s8__scalar_unit(const gru_s8__scalar *gru, const int32_t given[3], const int32_t recurrent[3],
                                      int32_t unit)
{
    gru->states[unit] = (int16_t)tcm_gru_state(given, recurrent, gru->states[unit], gru->candidate_shift,
                                               gru->sigmoid_table);
    return gru_s8__scalar_hidden(gru, unit);
}

TCM_SCALAR_STEPS(tcm_gru_scalar_steps, gru_s8__scalar, 3, 1, gru_s8__scalar_unit)

TCM_KERNEL void gru_s8__units_scalar(const int8_t *input, const int16_t *initial_state, const int8_t *input_weight,
                                     const int8_t *recurrent_weight, const int32_t *input_biases,
                                     const int32_t *recurrent_biases, const int32_t *input_multipliers,
                                     const int32_t *recurrent_multipliers, const int16_t *sigmoid_table,
                                     int8_t *output, int16_t *state, uint8_t *scratch, int32_t batches, int32_t steps,
                                     int32_t batch_stride, int32_t step_stride, int32_t input_size,
                                     int32_t hidden_size, int32_t input_gate_shifts, int32_t recurrent_gate_shifts,
                                     int32_t hidden_zero_point, int32_t hidden_multiplier, int32_t hidden_shift,
                                     int32_t candidate_shift)
{
    const tcm_scalar_sequence sequence = {
        .given = {(const uint8_t *)input_weight, input_biases, input_multipliers, input_gate_shifts, input_size},
        .recurrent = {(const uint8_t *)recurrent_weight, recurrent_biases, recurrent_multipliers,
                      recurrent_gate_shifts, hidden_size},
        .steps = steps,
        .step_stride = step_stride,
    };
    gru_s8__scalar gru = {
        .sigmoid_table = sigmoid_table,
        .hidden_zero_point = hidden_zero_point,
        .hidden_multiplier = hidden_multiplier,
        .hidden_shift = hidden_shift,
        .candidate_shift = candidate_shift,
    };
    int8_t *const initial = (int8_t *)scratch + input_size + hidden_size;
    for (int32_t batch = 0; batch < batches; batch++) {
        const int32_t row = batch * batch_stride;
        const int32_t place = batch * hidden_size;
        gru.states = state + place;
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            gru.states[unit] = initial_state[place + unit];
            initial[unit] = gru_s8__scalar_hidden(&gru, unit);
        }
        tcm_gru_scalar_steps(&sequence, &gru, input + row * input_size, initial, output + row * hidden_size, scratch);
    }
}

#endif
