/* The step of an LSTM's unit on cores with the DSP extension. */
#ifndef TCM_DSP_LSTM_H
#define TCM_DSP_LSTM_H

#include "tcm_dsp_gates.h"

typedef struct {
    const int32_t *sigmoid_pairs;
    int16_t *cells;
    int32_t hidden_zero_point;
    int32_t cell_multiplier;
    int32_t cell_shift;
    int32_t cell_clip;
    int32_t tanh_multiplier;
    int32_t tanh_shift;
    int32_t hidden_multiplier;
    int32_t hidden_shift;
} tcm_dsp_lstm;

/* sigmoid(forget) * cell, in the cell's scale: both factors are int16, and the first is not 2^15. */
TCM_KERNEL int32_t tcm_dsp_kept_cell(int32_t forget, int32_t cell)
{
    const int32_t half = (forget * cell + 1) >> 1;
    return (half + (1 << 13) + (half >> 31)) >> 14;
}

/* Updates the cell of a unit, given the sums of its gates input, forget, candidate and output, and gives its h. */
TCM_KERNEL int8_t tcm_dsp_lstm_unit(const int32_t gates[4], int16_t *cell, const tcm_dsp_lstm *lstm)
{
    const int32_t *const pairs = lstm->sigmoid_pairs;
    const int32_t kept = tcm_dsp_kept_cell(tcm_dsp_sigmoid_s16(gates[1], pairs), *cell);
    const int32_t added = tcm_dsp_sigmoid_s16(gates[0], pairs) * tcm_dsp_tanh_s16(gates[2], 3, 0, pairs);
    int32_t state =
        tcm_dsp_saturate_s16(kept + tcm_dsp_scaled_product(added, lstm->cell_multiplier, lstm->cell_shift));
    if (lstm->cell_clip <= 32767) {
        state = tcm_clamp(state, -lstm->cell_clip, lstm->cell_clip);
    }
    *cell = (int16_t)state;
    const int32_t tangent = tcm_dsp_tanh_s16(state, lstm->tanh_multiplier, lstm->tanh_shift, pairs);
    return (int8_t)tcm_dsp_scaled_product_s8(tangent * tcm_dsp_sigmoid_s16(gates[3], pairs), lstm->hidden_multiplier,
                                             lstm->hidden_shift, lstm->hidden_zero_point);
}

#endif
