/* Recurrent layers on cores without SIMD: the steps of a sequence, block after block of units. */
#ifndef TCM_SCALAR_STEPS_H
#define TCM_SCALAR_STEPS_H

#include "tcm_scalar_gates.h"

/* A layer's matrices, of its inputs and its hidden values, and how many steps there are. Rows of input and output lie
 * step_stride rows apart. */
typedef struct {
    tcm_scalar_gates given;
    tcm_scalar_gates recurrent;
    int32_t steps;
    int32_t step_stride;
} tcm_scalar_sequence;

/* A value of a unit as int8, by literals. */
TCM_KERNEL int8_t tcm_scalar_hidden(int32_t value, int32_t multiplier, int32_t shift, int32_t zero_point)
{
    const int32_t scaled = tcm_scalar_requantize(value, multiplier, shift);
    return tcm_limit_s8((int32_t)((uint32_t)scaled + (uint32_t)zero_point), -128, 127);
}

/* Defines name, which runs a sequence from the hidden values ``before`` on and returns where those behind it are.
 * ``block`` units of ``gates`` gates, literals, have their products at a time, four rows at most;
 * h = function(layer, given, recurrent, unit) is computed of the gates' two sums in int16. scratch: both columns. */
#define TCM_SCALAR_STEPS(name, type, gates, block, function)                                                          \
    TCM_KERNEL const int8_t *name(const tcm_scalar_sequence *sequence, const type *layer, const int8_t *input,         \
                                  const int8_t *before, int8_t *output, uint8_t *scratch)                             \
    {                                                                                                                 \
        const int32_t features = sequence->given.taps;                                                                \
        const int32_t units = sequence->recurrent.taps;                                                               \
        uint8_t *const recurrent_column = scratch + features;                                                         \
        for (int32_t step = 0; step < sequence->steps; step++) {                                                      \
            const int32_t row = step * sequence->step_stride;                                                         \
            int8_t *const result = output + row * units;                                                              \
            const uint32_t sum = tcm_scalar_append(scratch, input + row * features, features);                        \
            const uint32_t recurrent_sum = tcm_scalar_append(recurrent_column, before, units);                        \
            for (int32_t first = 0; first < units; first += (block)) {                                                \
                int32_t given[(gates) * (block)];                                                                     \
                int32_t recurrent[(gates) * (block)];                                                                 \
                tcm_scalar_gate_sums(&sequence->given, first / (block), (gates) * (block), scratch, sum, given);      \
                tcm_scalar_gate_sums(&sequence->recurrent, first / (block), (gates) * (block), recurrent_column,      \
                                     recurrent_sum, recurrent);                                                       \
                for (int32_t i = 0; i < (block) && first + i < units; i++) {                                          \
                    int32_t *const sums = given + (gates) * i;                                                        \
                    int32_t *const others = recurrent + (gates) * i;                                                  \
                    TCM_UNROLL_SCALAR                                                                                 \
                    for (int32_t gate = 0; gate < (gates); gate++) {                                                  \
                        sums[gate] = tcm_scalar_gate(sums[gate], &sequence->given, gate);                             \
                        others[gate] = tcm_scalar_gate(others[gate], &sequence->recurrent, gate);                     \
                    }                                                                                                 \
                    result[first + i] = function(layer, sums, others, first + i);                                     \
                }                                                                                                     \
            }                                                                                                         \
            before = result;                                                                                          \
        }                                                                                                             \
        return before;                                                                                                \
    }

#endif
