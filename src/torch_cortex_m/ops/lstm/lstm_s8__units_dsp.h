/* Long short-term memory for cores with the DSP extension. See tcm_dsp_steps.h. */
#ifndef LSTM_S8__UNITS_DSP_H
#define LSTM_S8__UNITS_DSP_H

#include "tcm_dsp_lstm.h"
#include "tcm_dsp_steps.h"

enum { LSTM_S8__DSP_UNITS = 8 }; /* between two calls of the products, as in kernels_dsp.py */

TCM_KERNEL int8_t lstm_s8__dsp_unit(const tcm_dsp_lstm *lstm, const tcm_dsp_sequence *sequence, const int32_t sums[4],
                                    const int32_t recurrent_sums[4], int32_t unit)
{
    int32_t gates[4];
    TCM_UNROLL
    for (int32_t gate = 0; gate < 4; gate++) {
        gates[gate] = tcm_dsp_saturate_s16(tcm_dsp_gate(sums[gate], &sequence->given, gate) +
                                           tcm_dsp_gate(recurrent_sums[gate], &sequence->recurrent, gate));
    }
    return tcm_dsp_lstm_unit(gates, lstm->cells + unit, lstm);
}

TCM_DSP_STEPS(tcm_lstm_dsp_steps, tcm_dsp_lstm, 4, LSTM_S8__DSP_UNITS, lstm_s8__dsp_unit)

TCM_KERNEL void lstm_s8__units_dsp(const int8_t *input, const int8_t *initial_hidden, const int16_t *initial_cell,
                                   const int32_t *input_stream, const int32_t *recurrent_stream,
                                   const int32_t *input_multipliers, const int32_t *recurrent_multipliers,
                                   const int32_t *sigmoid_pairs, int8_t *output, int8_t *hidden, int16_t *cell,
                                   uint8_t *scratch, int32_t batches, int32_t steps, int32_t batch_stride,
                                   int32_t step_stride, int32_t input_size, int32_t hidden_size, int32_t input_form,
                                   int32_t recurrent_form, int32_t input_gate_shifts, int32_t recurrent_gate_shifts,
                                   int32_t input_is_plain, int32_t recurrent_is_plain,
                                   int32_t hidden_zero_point, int32_t cell_multiplier, int32_t cell_shift,
                                   int32_t cell_clip, int32_t tanh_multiplier, int32_t tanh_shift,
                                   int32_t hidden_multiplier, int32_t hidden_shift)
{
    const tcm_dsp_sequence sequence = {
        .given = {input_stream, input_multipliers, input_gate_shifts, input_is_plain, input_size, input_form},
        .recurrent = {recurrent_stream, recurrent_multipliers, recurrent_gate_shifts, recurrent_is_plain, hidden_size,
                      recurrent_form},
        .steps = steps,
        .step_stride = step_stride,
    };
    tcm_dsp_lstm lstm = {
        .sigmoid_pairs = sigmoid_pairs,
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
        const int8_t *const last = tcm_lstm_dsp_steps(&sequence, &lstm, input + row * input_size,
                                                      initial_hidden + place, output + row * hidden_size, scratch);
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            hidden[place + unit] = last[unit];
        }
    }
}

#endif
