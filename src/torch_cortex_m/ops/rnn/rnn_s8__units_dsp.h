/* Plain recurrent units for cores with the DSP extension. See tcm_dsp_steps.h. */
#ifndef RNN_S8__UNITS_DSP_H
#define RNN_S8__UNITS_DSP_H

#include "tcm_dsp_steps.h"

enum { RNN_S8__DSP_UNITS = 32 }; /* between two calls of the products, as in kernels_dsp.py */

typedef struct {
    const int32_t *sigmoid_pairs;
    int32_t hidden_zero_point;
    int32_t hidden_multiplier;
    int32_t hidden_shift;
    int32_t relu;
} rnn_s8__dsp;

TCM_KERNEL int8_t rnn_s8__dsp_unit(const rnn_s8__dsp *rnn, const tcm_dsp_sequence *sequence, const int32_t *sums,
                                   const int32_t *recurrent_sums, int32_t unit)
{
    (void)unit;
    const int32_t sum = tcm_dsp_saturate_s16(tcm_dsp_gate(sums[0], &sequence->given, 0) +
                                             tcm_dsp_gate(recurrent_sums[0], &sequence->recurrent, 0));
    const int32_t active = rnn->relu ? (sum < 0 ? 0 : sum) : tcm_dsp_tanh_s16(sum, 3, 0, rnn->sigmoid_pairs);
    return (int8_t)tcm_dsp_scaled_product_s8(active, rnn->hidden_multiplier, rnn->hidden_shift,
                                             rnn->hidden_zero_point);
}

TCM_DSP_STEPS(tcm_rnn_dsp_steps, rnn_s8__dsp, 1, RNN_S8__DSP_UNITS, rnn_s8__dsp_unit)

TCM_KERNEL void rnn_s8__units_dsp(const int8_t *input, const int8_t *initial_hidden, const int32_t *input_stream,
                                  const int32_t *recurrent_stream, const int32_t *input_multipliers,
                                  const int32_t *recurrent_multipliers, const int32_t *sigmoid_pairs, int8_t *output,
                                  uint8_t *scratch, int32_t batches, int32_t steps, int32_t batch_stride,
                                  int32_t step_stride, int32_t input_size, int32_t hidden_size, int32_t input_form,
                                  int32_t recurrent_form, int32_t input_gate_shifts, int32_t recurrent_gate_shifts,
                                  int32_t input_is_plain, int32_t recurrent_is_plain, int32_t hidden_zero_point,
                                  int32_t hidden_multiplier, int32_t hidden_shift, int32_t relu)
{
    const tcm_dsp_sequence sequence = {
        .given = {input_stream, input_multipliers, input_gate_shifts, input_is_plain, input_size, input_form},
        .recurrent = {recurrent_stream, recurrent_multipliers, recurrent_gate_shifts, recurrent_is_plain, hidden_size,
                      recurrent_form},
        .steps = steps,
        .step_stride = step_stride,
    };
    const rnn_s8__dsp rnn = {
        .sigmoid_pairs = sigmoid_pairs,
        .hidden_zero_point = hidden_zero_point,
        .hidden_multiplier = hidden_multiplier,
        .hidden_shift = hidden_shift,
        .relu = relu,
    };
    for (int32_t batch = 0; batch < batches; batch++) {
        const int32_t row = batch * batch_stride;
        tcm_rnn_dsp_steps(&sequence, &rnn, input + row * input_size, initial_hidden + batch * hidden_size,
                          output + row * hidden_size, scratch);
    }
}

#endif
