/* Long short-term memory for cores with the DSP extension: the products of input and hidden values for some units, then
 * those units. See tcm_dsp_gates.h. */
#ifndef LSTM_S8__UNITS_DSP_H
#define LSTM_S8__UNITS_DSP_H

#include "tcm_dsp_lstm.h"

enum { LSTM_S8__DSP_UNITS = 8 }; /* between two calls of the products, as in kernels_dsp.py */

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
    const tcm_dsp_lstm lstm = {
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
    int32_t *const sums = (int32_t *)(void *)scratch;
    int32_t *const recurrent_sums = sums + 4 * LSTM_S8__DSP_UNITS;
    int32_t *const column = recurrent_sums + 4 * LSTM_S8__DSP_UNITS;
    int32_t *const recurrent_column = column + tcm_dsp_column_words(input_size);
    for (int32_t batch = 0; batch < batches; batch++) {
        const int8_t *before = initial_hidden + batch * hidden_size;
        int16_t *const cells = cell + batch * hidden_size;
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            cells[unit] = initial_cell[batch * hidden_size + unit];
        }
        for (int32_t step = 0; step < steps; step++) {
            const int32_t row = batch * batch_stride + step * step_stride;
            int8_t *const result = output + row * hidden_size;
            tcm_dsp_unpack_vector(input + row * input_size, input_size, column);
            tcm_dsp_unpack_vector(before, hidden_size, recurrent_column);
            for (int32_t first = 0; first < hidden_size; first += LSTM_S8__DSP_UNITS) {
                const int32_t left = hidden_size - first;
                const int32_t units = left < LSTM_S8__DSP_UNITS ? left : LSTM_S8__DSP_UNITS;
                tcm_dsp_gate_sums(&given, column, 4 * first, 4 * units, sums);
                tcm_dsp_gate_sums(&recurrent, recurrent_column, 4 * first, 4 * units, recurrent_sums);
                for (int32_t unit = 0; unit < units; unit++) {
                    int32_t gates[4];
                    TCM_UNROLL
                    for (int32_t gate = 0; gate < 4; gate++) {
                        gates[gate] =
                            tcm_dsp_saturate_s16(tcm_dsp_gate(sums[4 * unit + gate], &given, gate) +
                                                 tcm_dsp_gate(recurrent_sums[4 * unit + gate], &recurrent, gate));
                    }
                    result[first + unit] = tcm_dsp_lstm_unit(gates, cells + first + unit, &lstm);
                }
            }
            before = result;
        }
        for (int32_t unit = 0; unit < hidden_size; unit++) {
            hidden[batch * hidden_size + unit] = before[unit];
        }
    }
}

#endif
