/* Recurrent layers on cores with the DSP extension: the steps of a sequence, the products of input and hidden values
 * for some units, then those units. */
#ifndef TCM_DSP_STEPS_H
#define TCM_DSP_STEPS_H

#include "tcm_dsp_gates.h"

/* A layer's matrices, of its inputs and its hidden values, and how many steps there are. Rows of input and output lie
 * step_stride rows apart. */
typedef struct {
    tcm_dsp_gates given;
    tcm_dsp_gates recurrent;
    int32_t steps;
    int32_t step_stride;
} tcm_dsp_sequence;

/* Bytes of scratch that steps take with blocks of so many rows of gates: their sums, and both columns. */
TCM_KERNEL int32_t tcm_dsp_steps_bytes(const tcm_dsp_sequence *sequence, int32_t rows)
{
    const int32_t columns =
        tcm_dsp_column_words(sequence->given.length) + tcm_dsp_column_words(sequence->recurrent.length);
    return 4 * (2 * rows + columns);
}

/* Defines name, which runs a sequence from the hidden values ``before`` on and returns where those behind it are.
 * ``block`` units of ``gates`` gates, literals, have their products at a time;
 * h = function(layer, sequence, sums, recurrent_sums, unit) is computed of the gates' two sums. */
#define TCM_DSP_STEPS(name, type, gates, block, function)                                                             \
    TCM_KERNEL const int8_t *name(const tcm_dsp_sequence *sequence, const type *layer, const int8_t *input,            \
                                  const int8_t *before, int8_t *output, uint8_t *scratch)                             \
    {                                                                                                                 \
        const int32_t features = sequence->given.length;                                                              \
        const int32_t units = sequence->recurrent.length;                                                             \
        int32_t *const sums = (int32_t *)(void *)scratch;                                                             \
        int32_t *const recurrent_sums = sums + (gates) * (block);                                                     \
        int32_t *const column = recurrent_sums + (gates) * (block);                                                   \
        int32_t *const recurrent_column = column + tcm_dsp_column_words(features);                                    \
        for (int32_t step = 0; step < sequence->steps; step++) {                                                      \
            const int32_t row = step * sequence->step_stride;                                                         \
            int8_t *const result = output + row * units;                                                              \
            tcm_dsp_unpack_vector(input + row * features, features, column);                                          \
            tcm_dsp_unpack_vector(before, units, recurrent_column);                                                   \
            for (int32_t first = 0; first < units; first += (block)) {                                                \
                const int32_t left = units - first;                                                                   \
                const int32_t count = left < (block) ? left : (block);                                                \
                const int32_t rows = (gates) % 4 == 0 ? (gates) * count : ((gates) * count + 3) / 4 * 4;              \
                tcm_dsp_gate_sums(&sequence->given, column, (gates) * first, rows, sums);                             \
                tcm_dsp_gate_sums(&sequence->recurrent, recurrent_column, (gates) * first, rows, recurrent_sums);     \
                for (int32_t unit = 0; unit < count; unit++) {                                                        \
                    result[first + unit] = function(layer, sequence, sums + (gates) * unit,                           \
                                                    recurrent_sums + (gates) * unit, first + unit);                   \
                }                                                                                                     \
            }                                                                                                         \
            before = result;                                                                                          \
        }                                                                                                             \
        return before;                                                                                                \
    }

#endif
