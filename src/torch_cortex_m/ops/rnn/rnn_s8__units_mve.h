/* Plain recurrent units on MVE: the products of input and hidden values for some units, then those units, four at a
 * time. See tcm_mve_gates.h. */
#ifndef RNN_S8__UNITS_MVE_H
#define RNN_S8__UNITS_MVE_H

#include "tcm_mve_gates.h"

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
TCM_KERNEL void rnn_s8__mve_units(const int32_t *sums, const int32_t *recurrent_sums, int8_t *result, int32_t units,
                                  const rnn_s8__mve *layer)
{
    const int32x4_t sum =
        tcm_mve_add_s16(tcm_mve_gate(sums, &layer->given, 0), tcm_mve_gate(recurrent_sums, &layer->recurrent, 0));
    const int32x4_t active =
        layer->relu ? vmaxq_s32(sum, vdupq_n_s32(0)) : tcm_mve_tanh_s16(sum, 3, 0, layer->sigmoid_pairs);
    const int32x4_t scaled = tcm_mve_requantize(active, layer->hidden_multiplier, layer->hidden_shift);
    tcm_mve_store_hidden(result, scaled, layer->hidden_zero_point, units);
}

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
    const int32_t input_vectors = (input_size + 15) / 16;
    const int32_t hidden_vectors = (hidden_size + 15) / 16;
    int32_t *const sums = (int32_t *)(void *)scratch;
    int32_t *const recurrent_sums = sums + RNN_S8__MVE_UNITS;
    int8_t *const copy = (int8_t *)(recurrent_sums + RNN_S8__MVE_UNITS);
    int8_t *const recurrent_copy = copy + (input_size % 16 == 0 ? 0 : 16 * input_vectors);
    for (int32_t batch = 0; batch < batches; batch++) {
        const int8_t *before = initial_hidden + batch * hidden_size;
        for (int32_t step = 0; step < steps; step++) {
            const int32_t row = batch * batch_stride + step * step_stride;
            const int8_t *const values = tcm_mve_whole_vector(input + row * input_size, input_size, copy);
            const int8_t *const hidden = tcm_mve_whole_vector(before, hidden_size, recurrent_copy);
            const int8_t *tiles = input_tiles;
            const int8_t *others = recurrent_tiles;
            int8_t *const result = output + row * hidden_size;
            TCM_MVE_OPAQUE(tiles);
            TCM_MVE_OPAQUE(others);
            for (int32_t first = 0; first < hidden_size; first += RNN_S8__MVE_UNITS) {
                const int32_t left = hidden_size - first;
                const int32_t units = left < RNN_S8__MVE_UNITS ? left : RNN_S8__MVE_UNITS;
                const int32_t count = (units + 7) / 8 * 2;
                const int32_t last = units / 4 * 4;
                tiles = tcm_mve_sum_tiles(values, tiles, sums, count, input_vectors);
                others = tcm_mve_sum_tiles(hidden, others, recurrent_sums, count, hidden_vectors);
                for (int32_t unit = 0; unit < last; unit += 4) {
                    rnn_s8__mve_units(sums + unit, recurrent_sums + unit, result + first + unit, 4, &layer);
                }
                if (hidden_size % 4 != 0 && last < units) {
                    rnn_s8__mve_units(sums + last, recurrent_sums + last, result + first + last, hidden_size % 4,
                                      &layer);
                }
            }
            before = result;
        }
    }
}

#endif
