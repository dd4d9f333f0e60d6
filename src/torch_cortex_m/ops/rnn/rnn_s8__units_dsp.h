/* Plain recurrent units for cores with the DSP extension: the products of input and hidden values for some units, then
 * those units. See tcm_dsp_gates.h. */
#ifndef RNN_S8__UNITS_DSP_H
#define RNN_S8__UNITS_DSP_H

#include "tcm_dsp_gates.h"

enum { RNN_S8__DSP_UNITS = 32 }; /* between two calls of the products, as in kernels_dsp.py */

TCM_KERNEL void rnn_s8__units_dsp(const int8_t *input, const int8_t *initial_hidden, const int32_t *input_stream,
                                  const int32_t *recurrent_stream, const int32_t *input_multipliers,
                                  const int32_t *recurrent_multipliers, const int32_t *sigmoid_pairs, int8_t *output,
                                  uint8_t *scratch, int32_t batches, int32_t steps, int32_t batch_stride,
                                  int32_t step_stride, int32_t input_size, int32_t hidden_size, int32_t input_form,
                                  int32_t recurrent_form, int32_t input_gate_shifts, int32_t recurrent_gate_shifts,
                                  int32_t input_is_plain, int32_t recurrent_is_plain, int32_t hidden_zero_point,
                                  int32_t hidden_multiplier, int32_t hidden_shift, int32_t relu)
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
    int32_t *const recurrent_sums = sums + RNN_S8__DSP_UNITS;
    int32_t *const column = recurrent_sums + RNN_S8__DSP_UNITS;
    int32_t *const recurrent_column = column + tcm_dsp_column_words(input_size);
    for (int32_t batch = 0; batch < batches; batch++) {
        const int8_t *before = initial_hidden + batch * hidden_size;
        for (int32_t step = 0; step < steps; step++) {
            const int32_t row = batch * batch_stride + step * step_stride;
            int8_t *const result = output + row * hidden_size;
            tcm_dsp_unpack_vector(input + row * input_size, input_size, column);
            tcm_dsp_unpack_vector(before, hidden_size, recurrent_column);
            for (int32_t first = 0; first < hidden_size; first += RNN_S8__DSP_UNITS) {
                const int32_t left = hidden_size - first;
                const int32_t units = left < RNN_S8__DSP_UNITS ? left : RNN_S8__DSP_UNITS;
                const int32_t rows = (units + 3) / 4 * 4;
                tcm_dsp_gate_sums(&given, column, first, rows, sums);
                tcm_dsp_gate_sums(&recurrent, recurrent_column, first, rows, recurrent_sums);
                for (int32_t unit = 0; unit < units; unit++) {
                    const int32_t sum = tcm_dsp_saturate_s16(tcm_dsp_gate(sums[unit], &given, 0) +
                                                             tcm_dsp_gate(recurrent_sums[unit], &recurrent, 0));
                    const int32_t active = relu ? (sum < 0 ? 0 : sum) : tcm_dsp_tanh_s16(sum, 3, 0, sigmoid_pairs);
                    result[first + unit] = (int8_t)tcm_dsp_scaled_product_s8(active, hidden_multiplier, hidden_shift,
                                                                             hidden_zero_point);
                }
            }
            before = result;
        }
    }
}

#endif
