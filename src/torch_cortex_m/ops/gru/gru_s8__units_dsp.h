/* Gated recurrent units for cores with the DSP extension. See tcm_dsp_steps.h. */
#ifndef GRU_S8__UNITS_DSP_H
#define GRU_S8__UNITS_DSP_H

#include "tcm_dsp_steps.h"

enum { GRU_S8__DSP_UNITS = 8 }; /* between two calls of the products, as in kernels_dsp.py */

typedef struct {
    const int32_t *sigmoid_pairs;
    int16_t *states;
    int32_t hidden_zero_point;
    int32_t hidden_multiplier;
    int32_t hidden_shift;
    int32_t candidate_shift;
} gru_s8__dsp;

/* The next state of a unit, as tcm_gru_state, of the sums of its gates in int16. */
TCM_KERNEL int32_t gru_s8__dsp_state(const int32_t given[3], const int32_t recurrent[3], int32_t state,
                                     int32_t candidate_shift, const int32_t *pairs)
{
    const int32_t reset = tcm_dsp_sigmoid_s16(tcm_dsp_saturate_s16(given[0] + recurrent[0]), pairs);
    const int32_t update = tcm_dsp_sigmoid_s16(tcm_dsp_saturate_s16(given[1] + recurrent[1]), pairs);
    const int32_t sum = tcm_dsp_saturate_s16(given[2] + tcm_shift_right_up(reset * recurrent[2], 15));
    const int32_t candidate = tcm_shift_right_up(tcm_dsp_tanh_s16(sum, 3, 0, pairs), candidate_shift);
    return candidate + tcm_shift_right_up(update * (state - candidate), 15);
}

TCM_KERNEL int8_t gru_s8__dsp_hidden(const gru_s8__dsp *gru, int32_t state)
{
    return (int8_t)tcm_dsp_scaled_product_s8(state, gru->hidden_multiplier, gru->hidden_shift, gru->hidden_zero_point);
}

TCM_KERNEL int8_t gru_s8__dsp_unit(const gru_s8__dsp *gru, const tcm_dsp_sequence *sequence, const int32_t sums[3],
                                   const int32_t recurrent_sums[3], int32_t unit)
{
    int16_t *const state = gru->states + unit;
    int32_t given[3];
    int32_t recurrent[3];
    TCM_UNROLL
    for (int32_t gate = 0; gate < 3; gate++) {
        given[gate] = tcm_dsp_gate(sums[gate], &sequence->given, gate);
        recurrent[gate] = tcm_dsp_gate(recurrent_sums[gate], &sequence->recurrent, gate);
    }
    const int32_t next = gru_s8__dsp_state(given, recurrent, *state, gru->candidate_shift, gru->sigmoid_pairs);
    *state = (int16_t)next; /* within int16 */
    return gru_s8__dsp_hidden(gru, next);
}

TCM_DSP_STEPS(tcm_gru_dsp_steps, gru_s8__dsp, 3, GRU_S8__DSP_UNITS, gru_s8__dsp_unit)

TCM_KERNEL void gru_s8__units_dsp(const int8_t *input, const int16_t *initial_state, const int32_t *input_stream,
                                  const int32_t *recurrent_stream, const int32_t *input_multipliers,
                                  const int32_t *recurrent_multipliers, const int32_t *sigmoid_pairs, int8_t *output,
                                  int16_t *state, uint8_t *scratch, int32_t batches, int32_t steps,
                                  int32_t batch_stride, int32_t step_stride, int32_t input_size, int32_t hidden_size,
                                  int32_t input_form, int32_t recurrent_form, int32_t input_gate_shifts,
                                  int32_t recurrent_gate_shifts, int32_t input_is_plain, int32_t recurrent_is_plain,
                                  int32_t hidden_zero_point, int32_t hidden_multiplier, int32_t hidden_shift,
                                  int32_t candidate_shift)
{
    const tcm_dsp_sequence sequence = {
        .given = {input_stream, input_multipliers, input_gate_shifts, input_is_plain, input_size, input_form},
        .recurrent = {recurrent_stream, recurrent_multipliers, recurrent_gate_shifts, recurrent_is_plain, hidden_size,
                      recurrent_form},
        .steps = steps,
        .step_stride = step_stride,
    };
    gru_s8__dsp gru = {
        .sigmoid_pairs = sigmoid_pairs,
        .hidden_zero_point = hidden_zero_point,
        .hidden_multiplier = hidden_multiplier,
        .hidden_shift = hidden_shift,
        .candidate_shift = candidate_shift,
    };
    int8_t *const initial = (int8_t *)scratch + tcm_dsp_steps_bytes(&sequence, 3 * GRU_S8__DSP_UNITS);
    for (int32_t batch = 0; batch < batches; batch++) {
        const int32_t row = batch * batch_stride;
        const int32_t place = batch * hidden_size;
        gru.states = state + place;
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            gru.states[unit] = initial_state[place + unit];
            initial[unit] = gru_s8__dsp_hidden(&gru, gru.states[unit]);
        }
        tcm_gru_dsp_steps(&sequence, &gru, input + row * input_size, initial, output + row * hidden_size, scratch);
    }
}

#endif
