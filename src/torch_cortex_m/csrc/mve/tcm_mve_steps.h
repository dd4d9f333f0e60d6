/* Recurrent layers on MVE: the steps of a sequence, the products of input and hidden values for some units, then those
 * units, four at a time. */
#ifndef TCM_MVE_STEPS_H
#define TCM_MVE_STEPS_H

#include "tcm_mve_gates.h"

/* Bytes of the copy of a vector that does not fill registers. */
TCM_KERNEL int32_t tcm_mve_copy_bytes(int32_t length)
{
    return length % 16 == 0 ? 0 : (length + 15) / 16 * 16;
}

/* Defines name, which runs a sequence from the hidden values ``before`` on and returns where those behind it are. Rows
 * of input and output lie step_stride rows apart. ``block`` units of ``gates`` gates, literals, have their products at
 * a time; function(layer, sums, recurrent_sums, unit, result, count) computes the h of up to four units from the
 * gates' two sums. scratch: these sums, and the copies. */
#define TCM_MVE_STEPS(name, type, gates, block, function)                                                             \
    TCM_KERNEL const int8_t *name(const type *layer, const int8_t *input_tiles, const int8_t *recurrent_tiles,         \
                                  const int8_t *input, const int8_t *before, int8_t *output, uint8_t *scratch,        \
                                  int32_t features, int32_t hidden_size, int32_t steps, int32_t step_stride)          \
    {                                                                                                                 \
        int32_t *const sums = (int32_t *)(void *)scratch;                                                             \
        int32_t *const recurrent_sums = sums + (gates) * (block);                                                     \
        int8_t *const copy = (int8_t *)(recurrent_sums + (gates) * (block));                                          \
        int8_t *const recurrent_copy = copy + tcm_mve_copy_bytes(features);                                           \
        for (int32_t step = 0; step < steps; step++) {                                                                \
            const int32_t row = step * step_stride;                                                                   \
            const int8_t *const values = tcm_mve_whole_vector(input + row * features, features, copy);                \
            const int8_t *const hidden = tcm_mve_whole_vector(before, hidden_size, recurrent_copy);                   \
            const int8_t *tiles = input_tiles;                                                                        \
            const int8_t *others = recurrent_tiles;                                                                   \
            int8_t *const result = output + row * hidden_size;                                                        \
            TCM_MVE_OPAQUE(tiles);                                                                                    \
            TCM_MVE_OPAQUE(others);                                                                                   \
            for (int32_t first = 0; first < hidden_size; first += (block)) {                                          \
                const int32_t left = hidden_size - first;                                                             \
                const int32_t units = left < (block) ? left : (block);                                                \
                const int32_t last = units / 4 * 4;                                                                   \
                const int32_t count = (gates) % 2 == 0 ? (units + 3) / 4 * (gates) : (units + 7) / 8 * 2 * (gates);   \
                tiles = tcm_mve_sum_tiles(values, tiles, sums, count, (features + 15) / 16);                          \
                others = tcm_mve_sum_tiles(hidden, others, recurrent_sums, count, (hidden_size + 15) / 16);           \
                for (int32_t unit = 0; unit < last; unit += 4) {                                                      \
                    function(layer, sums + (gates) * unit, recurrent_sums + (gates) * unit, first + unit,             \
                             result + first + unit, 4);                                                               \
                }                                                                                                     \
                if (hidden_size % 4 != 0 && last < units) {                                                           \
                    function(layer, sums + (gates) * last, recurrent_sums + (gates) * last, first + last,             \
                             result + first + last, hidden_size % 4);                                                 \
                }                                                                                                     \
            }                                                                                                         \
            before = result;                                                                                          \
        }                                                                                                             \
        return before;                                                                                                \
    }

#endif
