/* Plain recurrent units on MVE. See tcm_mve_steps.h. */
#ifndef RNN_S8__UNITS_MVE_H
#define RNN_S8__UNITS_MVE_H

#include "tcm_mve_steps.h"

enum { RNN_S8__MVE_UNITS = 64 }; /* between two calls of the products, as in kernels_mve.py */

typedef struct {
    tcm_mve_gates given;
    tcm_mve_gates recurrent;
    const int32_t *sigmoid_pairs;
    int32_t hidden_zero_point;
    int32_t hidden_multiplier;
    int32_t hidden_shift;
    int32_t relu;
} rnn_s8__mve;

/* Four units, or fewer. */
TCM_KERNEL void rnn_s8__mve_units(const rnn_s8__mve *layer, const int32_t *sums, const int32_t *recurrent_sums,
                                  int32_t unit, int8_t *result, int32_t units)
{
    (void)unit;
    const int32x4_t sum =
        tcm_mve_add_s16(tcm_mve_gate(sums, &layer->given, 0), tcm_mve_gate(recurrent_sums, &layer->recurrent, 0));
    const int32x4_t active =
        layer->relu ? vmaxq_s32(sum, vdupq_n_s32(0)) : tcm_mve_tanh_s16(sum, 3, 0, layer->sigmoid_pairs);
    const int32x4_t scaled = tcm_mve_requantize(active, layer->hidden_multiplier, layer->hidden_shift);
    tcm_mve_store_hidden(result, scaled, layer->hidden_zero_point, units);
}

TCM_MVE_STEPS(tcm_rnn_mve_steps, rnn_s8__mve, 1, RNN_S8__MVE_UNITS, rnn_s8__mve_units)

TCM_KERNEL void rnn_s8__units_mve(const int8_t *input, const int8_t *initial_hidden, const int8_t *input_tiles,
                                  const int8_t *recurrent_tiles, const int32_t *input_multipliers,
                                  const int32_t *recurrent_multipliers, const int32_t *sigmoid_pairs, int8_t *output,
                                  uint8_t *scratch, int32_t batches, int32_t steps, int32_t batch_stride,
                                  int32_t step_stride, int32_t input_size, int32_t hidden_size,
                                  int32_t input_gate_shifts, int32_t recurrent_gate_shifts, int32_t hidden_zero_point,
                                  int32_t hidden_multiplier, int32_t hidden_shift, int32_t relu)
{
    const rnn_s8__mve layer = {
        .given = {input_multipliers, input_gate_shifts},
        .recurrent = {recurrent_multipliers, recurrent_gate_shifts},
        .sigmoid_pairs = sigmoid_pairs,
        .hidden_zero_point = hidden_zero_point,
        .hidden_multiplier = hidden_multiplier,
        .hidden_shift = hidden_shift,
        .relu = relu,
    };
    for (int32_t batch = 0; batch < batches; batch++) {
        const int32_t row = batch * batch_stride;
        tcm_rnn_mve_steps(&layer, input_tiles, recurrent_tiles, input + row * input_size,
                          initial_hidden + batch * hidden_size, output + row * hidden_size, scratch, input_size,
                          hidden_size, steps, step_stride);
    }
}

#endif
