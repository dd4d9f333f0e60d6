/* Long short-term memory on MVE: the products of input and hidden values for some units, then those units, four at a
 * time. See tcm_mve_gates.h. */
#ifndef LSTM_S8__UNITS_MVE_H
#define LSTM_S8__UNITS_MVE_H

#include "tcm_mve_gates.h"

enum { LSTM_S8__MVE_UNITS = 16 }; /* between two calls of the products, as in kernels_mve.py */

typedef struct {
    tcm_mve_gates given;
    tcm_mve_gates recurrent;
    const int32_t *sigmoid_pairs;
    int32_t hidden_zero_point;
    int32_t cell_multiplier;
    int32_t cell_shift;
    int32_t cell_clip;
    int32_t tanh_multiplier;
    int32_t tanh_shift;
    int32_t hidden_multiplier;
    int32_t hidden_shift;
} lstm_s8__mve;

/* A gate of four units, from the sums of the input and the hidden values. */
TCM_KERNEL int32x4_t lstm_s8__mve_gate(const int32_t *sums, const int32_t *recurrent_sums, int32_t gate,
                                       const lstm_s8__mve *lstm)
{
    const int32x4_t given = tcm_mve_gate(sums, &lstm->given, gate);
    const int32x4_t recurrent = tcm_mve_gate(recurrent_sums, &lstm->recurrent, gate);
    return tcm_mve_add_s16(given, recurrent);
}

/* Four units, or fewer. */
TCM_KERNEL void lstm_s8__mve_units(const int32_t *sums, const int32_t *recurrent_sums, int16_t *cells, int8_t *result,
                                   int32_t units, const lstm_s8__mve *lstm)
{
    const int32_t *const pairs = lstm->sigmoid_pairs;
    const mve_pred16_t some = vctp32q((uint32_t)units);
    const int32x4_t forget = tcm_mve_sigmoid_s16(lstm_s8__mve_gate(sums, recurrent_sums, 1, lstm), pairs);
    const int32x4_t cell = units == 4 ? vldrhq_s32(cells) : vldrhq_z_s32(cells, some);
    const int32x4_t half = vrshrq_n_s32(vmulq_s32(forget, cell), 1);
    const int32x4_t kept = vrshrq_n_s32(vaddq_s32(half, vshrq_n_s32(half, 31)), 14);
    const int32x4_t entry = tcm_mve_sigmoid_s16(lstm_s8__mve_gate(sums, recurrent_sums, 0, lstm), pairs);
    const int32x4_t candidate = tcm_mve_tanh_s16(lstm_s8__mve_gate(sums, recurrent_sums, 2, lstm), 3, 0, pairs);
    const int32x4_t added =
        tcm_mve_requantize(vmulq_s32(entry, candidate), lstm->cell_multiplier, lstm->cell_shift);
    int32x4_t state = tcm_mve_add_s16(kept, added);
    if (lstm->cell_clip <= 32767) {
        state = vminq_s32(vmaxq_s32(state, vdupq_n_s32(-lstm->cell_clip)), vdupq_n_s32(lstm->cell_clip));
    }
    const int32x4_t tangent = tcm_mve_tanh_s16(state, lstm->tanh_multiplier, lstm->tanh_shift, pairs);
    const int32x4_t exit = tcm_mve_sigmoid_s16(lstm_s8__mve_gate(sums, recurrent_sums, 3, lstm), pairs);
    const int32x4_t scaled =
        tcm_mve_requantize(vmulq_s32(tangent, exit), lstm->hidden_multiplier, lstm->hidden_shift);
    tcm_mve_store_hidden(result, scaled, lstm->hidden_zero_point, units);
    if (units == 4) {
        vstrhq_s32(cells, state);
    } else {
        vstrhq_p_s32(cells, state, some);
    }
}

TCM_KERNEL void lstm_s8__units_mve(const int8_t *input, const int8_t *initial_hidden, const int16_t *initial_cell,
                                   const int8_t *input_tiles, const int8_t *recurrent_tiles,
                                   const int32_t *input_multipliers, const int32_t *recurrent_multipliers,
                                   const int32_t *sigmoid_pairs, int8_t *output, int8_t *hidden, int16_t *cell,
                                   uint8_t *scratch, int32_t batches, int32_t steps, int32_t batch_stride,
                                   int32_t step_stride, int32_t input_size, int32_t hidden_size,
                                   int32_t input_gate_shifts, int32_t recurrent_gate_shifts, int32_t hidden_zero_point,
                                   int32_t cell_multiplier, int32_t cell_shift, int32_t cell_clip,
                                   int32_t tanh_multiplier, int32_t tanh_shift, int32_t hidden_multiplier,
                                   int32_t hidden_shift)
{
    const lstm_s8__mve lstm = {
        .given = {input_multipliers, input_gate_shifts},
        .recurrent = {recurrent_multipliers, recurrent_gate_shifts},
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
    const int32_t input_vectors = (input_size + 15) / 16;
    const int32_t hidden_vectors = (hidden_size + 15) / 16;
    int32_t *const sums = (int32_t *)(void *)scratch;
    int32_t *const recurrent_sums = sums + 4 * LSTM_S8__MVE_UNITS;
    int8_t *const copy = (int8_t *)(recurrent_sums + 4 * LSTM_S8__MVE_UNITS);
    int8_t *const recurrent_copy = copy + (input_size % 16 == 0 ? 0 : 16 * input_vectors);
    for (int32_t batch = 0; batch < batches; batch++) {
        const int8_t *before = initial_hidden + batch * hidden_size;
        int16_t *const cells = cell + batch * hidden_size;
        tcm_mve_copy((int8_t *)cells, (const int8_t *)(initial_cell + batch * hidden_size), 2 * hidden_size);
        for (int32_t step = 0; step < steps; step++) {
            const int32_t row = batch * batch_stride + step * step_stride;
            const int8_t *const values = tcm_mve_whole_vector(input + row * input_size, input_size, copy);
            const int8_t *const recurrent = tcm_mve_whole_vector(before, hidden_size, recurrent_copy);
            const int8_t *tiles = input_tiles;
            const int8_t *others = recurrent_tiles;
            int8_t *const result = output + row * hidden_size;
            TCM_MVE_OPAQUE(tiles);
            TCM_MVE_OPAQUE(others);
            for (int32_t first = 0; first < hidden_size; first += LSTM_S8__MVE_UNITS) {
                const int32_t left = hidden_size - first;
                const int32_t units = left < LSTM_S8__MVE_UNITS ? left : LSTM_S8__MVE_UNITS;
                const int32_t count = (units + 3) / 4 * 4;
                tiles = tcm_mve_sum_tiles(values, tiles, sums, count, input_vectors);
                others = tcm_mve_sum_tiles(recurrent, others, recurrent_sums, count, hidden_vectors);
                for (int32_t unit = 0; unit < units / 4 * 4; unit += 4) {
                    lstm_s8__mve_units(sums + 4 * unit, recurrent_sums + 4 * unit, cells + first + unit,
                                       result + first + unit, 4, &lstm);
                }
                if (hidden_size % 4 != 0 && units % 4 != 0) {
                    const int32_t last = units / 4 * 4;
                    lstm_s8__mve_units(sums + 4 * last, recurrent_sums + 4 * last, cells + first + last,
                                       result + first + last, hidden_size % 4, &lstm);
                }
            }
            before = result;
        }
        tcm_mve_copy(hidden + batch * hidden_size, before, hidden_size);
    }
}

#endif
