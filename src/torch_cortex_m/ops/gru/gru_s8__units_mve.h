/* Gated recurrent units on MVE. See tcm_mve_steps.h. */
#ifndef GRU_S8__UNITS_MVE_H
#define GRU_S8__UNITS_MVE_H

#include "tcm_mve_steps.h"

enum { GRU_S8__MVE_UNITS = 16 }; /* between two calls of the products, as in kernels_mve.py */

typedef struct {
    tcm_mve_gates given;
    tcm_mve_gates recurrent;
    const int32_t *sigmoid_pairs;
    int16_t *states;
    int32_t hidden_zero_point;
    int32_t hidden_multiplier;
    int32_t hidden_shift;
    int32_t candidate_shift;
} gru_s8__mve;

/* round(value / 2^shift), halves up; shift is a literal. */
TCM_KERNEL int32x4_t gru_s8__mve_shift(int32x4_t value, int32_t shift)
{
    return shift > 0 ? vrshlq_n_s32(value, -shift) : value;
}

TCM_KERNEL int32x4_t gru_s8__mve_sigmoid(const int32_t *sums, const int32_t *recurrent_sums, int32_t gate,
                                         const gru_s8__mve *layer)
{
    const int32x4_t given = tcm_mve_gate(sums, &layer->given, gate);
    const int32x4_t recurrent = tcm_mve_gate(recurrent_sums, &layer->recurrent, gate);
    return tcm_mve_sigmoid_s16(tcm_mve_add_s16(given, recurrent), layer->sigmoid_pairs);
}

/* Four units, or fewer; see tcm_gru_state. */
TCM_KERNEL void gru_s8__mve_units(const gru_s8__mve *layer, const int32_t *sums, const int32_t *recurrent_sums,
                                  int32_t unit, int8_t *result, int32_t units)
{
    int16_t *const states = layer->states + unit;
    const mve_pred16_t some = vctp32q((uint32_t)units);
    const int32x4_t reset = gru_s8__mve_sigmoid(sums, recurrent_sums, 0, layer);
    const int32x4_t inner = tcm_mve_limit_s16(tcm_mve_gate(recurrent_sums, &layer->recurrent, 2));
    const int32x4_t kept = vrshrq_n_s32(vmulq_s32(reset, inner), 15);
    const int32x4_t sum = tcm_mve_add_s16(tcm_mve_gate(sums, &layer->given, 2), kept);
    const int32x4_t candidate =
        gru_s8__mve_shift(tcm_mve_tanh_s16(sum, 3, 0, layer->sigmoid_pairs), layer->candidate_shift);
    const int32x4_t update = gru_s8__mve_sigmoid(sums, recurrent_sums, 1, layer);
    const int32x4_t before = units == 4 ? vldrhq_s32(states) : vldrhq_z_s32(states, some);
    const int32x4_t moved = vrshrq_n_s32(vmulq_s32(update, vsubq_s32(before, candidate)), 15);
    const int32x4_t state = vaddq_s32(candidate, moved);
    const int32x4_t scaled = tcm_mve_requantize(state, layer->hidden_multiplier, layer->hidden_shift);
    tcm_mve_store_hidden(result, scaled, layer->hidden_zero_point, units);
    if (units == 4) {
        vstrhq_s32(states, state);
    } else {
        vstrhq_p_s32(states, state, some);
    }
}

/* The hidden values of states; room for whole vectors of four. */
TCM_KERNEL void gru_s8__mve_hidden(const gru_s8__mve *layer, int8_t *result, int32_t units)
{
    for (int32_t unit = 0; unit < units; unit += 4) {
        const int32x4_t state = vldrhq_z_s32(layer->states + unit, vctp32q((uint32_t)(units - unit)));
        const int32x4_t scaled = tcm_mve_requantize(state, layer->hidden_multiplier, layer->hidden_shift);
        tcm_mve_store_hidden(result + unit, scaled, layer->hidden_zero_point, 4);
    }
}

TCM_MVE_STEPS(tcm_gru_mve_steps, gru_s8__mve, 3, GRU_S8__MVE_UNITS, gru_s8__mve_units)

TCM_KERNEL void gru_s8__units_mve(const int8_t *input, const int16_t *initial_state, const int8_t *input_tiles,
                                  const int8_t *recurrent_tiles, const int32_t *input_multipliers,
                                  const int32_t *recurrent_multipliers, const int32_t *sigmoid_pairs, int8_t *output,
                                  int16_t *state, uint8_t *scratch, int32_t batches, int32_t steps,
                                  int32_t batch_stride, int32_t step_stride, int32_t input_size, int32_t hidden_size,
                                  int32_t input_gate_shifts, int32_t recurrent_gate_shifts, int32_t hidden_zero_point,
                                  int32_t hidden_multiplier, int32_t hidden_shift, int32_t candidate_shift)
{
    gru_s8__mve layer = {
        .given = {input_multipliers, input_gate_shifts},
        .recurrent = {recurrent_multipliers, recurrent_gate_shifts},
        .sigmoid_pairs = sigmoid_pairs,
        .hidden_zero_point = hidden_zero_point,
        .hidden_multiplier = hidden_multiplier,
        .hidden_shift = hidden_shift,
        .candidate_shift = candidate_shift,
    };
    int8_t *const initial = (int8_t *)scratch + 4 * 2 * 3 * GRU_S8__MVE_UNITS + tcm_mve_copy_bytes(input_size) +
                            tcm_mve_copy_bytes(hidden_size);
    for (int32_t batch = 0; batch < batches; batch++) {
        const int32_t row = batch * batch_stride;
        const int32_t place = batch * hidden_size;
        layer.states = state + place;
        tcm_mve_copy((int8_t *)layer.states, (const int8_t *)(initial_state + place), 2 * hidden_size);
        gru_s8__mve_hidden(&layer, initial, hidden_size);
        tcm_gru_mve_steps(&layer, input_tiles, recurrent_tiles, input + row * input_size, initial,
                          output + row * hidden_size, scratch, input_size, hidden_size, steps, step_stride);
    }
}

#endif
