/* Gated recurrent units for cores with the DSP extension: the products of input and hidden values for some units, then
 * those units. See tcm_dsp_gates.h. */
#ifndef GRU_S8__UNITS_DSP_H
#define GRU_S8__UNITS_DSP_H

#include "tcm_dsp_gates.h"

enum { GRU_S8__DSP_UNITS = 8 }; /* between two calls of the products, as in kernels_dsp.py */

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
    const tcm_dsp_gates given = {
        .stream = input_stream,
        .multipliers = input_multipliers,
        .shifts = input_gate_shifts,
        .is_plain = input_is_plain,
        .length = input_size,
        .form = input_form,
    };
    const tcm_dsp_gates recurrent = {
        .stream = recurrent_stream,
        .multipliers = recurrent_multipliers,
        .shifts = recurrent_gate_shifts,
        .is_plain = recurrent_is_plain,
        .length = hidden_size,
        .form = recurrent_form,
    };
    int32_t *const sums = (int32_t *)(void *)scratch;
    int32_t *const recurrent_sums = sums + 3 * GRU_S8__DSP_UNITS;
    int32_t *const column = recurrent_sums + 3 * GRU_S8__DSP_UNITS;
    int32_t *const recurrent_column = column + tcm_dsp_column_words(input_size);
    int8_t *const initial = (int8_t *)(recurrent_column + tcm_dsp_column_words(hidden_size));
    for (int32_t batch = 0; batch < batches; batch++) {
        int16_t *const states = state + batch * hidden_size;
        const int8_t *before = initial;
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            states[unit] = initial_state[batch * hidden_size + unit];
            initial[unit] = (int8_t)tcm_dsp_scaled_product_s8(states[unit], hidden_multiplier, hidden_shift,
                                                              hidden_zero_point);
        }
        for (int32_t step = 0; step < steps; step++) {
            const int32_t row = batch * batch_stride + step * step_stride;
            int8_t *const result = output + row * hidden_size;
            tcm_dsp_unpack_vector(input + row * input_size, input_size, column);
            tcm_dsp_unpack_vector(before, hidden_size, recurrent_column);
            for (int32_t first = 0; first < hidden_size; first += GRU_S8__DSP_UNITS) {
                const int32_t left = hidden_size - first;
                const int32_t units = left < GRU_S8__DSP_UNITS ? left : GRU_S8__DSP_UNITS;
                const int32_t rows = (3 * units + 3) / 4 * 4;
                tcm_dsp_gate_sums(&given, column, 3 * first, rows, sums);
                tcm_dsp_gate_sums(&recurrent, recurrent_column, 3 * first, rows, recurrent_sums);
                for (int32_t unit = 0; unit < units; unit++) {
                    int16_t *const value = states + first + unit;
                    int32_t gates[3];
                    int32_t others[3];
                    TCM_UNROLL
                    for (int32_t gate = 0; gate < 3; gate++) {
                        gates[gate] = tcm_dsp_gate(sums[3 * unit + gate], &given, gate);
                        others[gate] = tcm_dsp_gate(recurrent_sums[3 * unit + gate], &recurrent, gate);
                    }
                    *value = (int16_t)gru_s8__dsp_state(gates, others, *value, candidate_shift, sigmoid_pairs);
                    result[first + unit] = (int8_t)tcm_dsp_scaled_product_s8(*value, hidden_multiplier, hidden_shift,
                                                                             hidden_zero_point);
                }
            }
            before = result;
        }
    }
}

#endif
