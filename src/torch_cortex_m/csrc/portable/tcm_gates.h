/* Sigmoid and tanh of int16, interpolated as TensorFlow Lite does, and the gates of recurrent layers built on them.
 * table: sigmoid(i / 24) - 1/2 in Q0.16, i from 0 to 255; it is tanh(i / 48) in Q0.15, too. */
#ifndef TCM_GATES_H
#define TCM_GATES_H

#include "tcm.h"

TCM_KERNEL int32_t tcm_saturate_s16(int32_t value)
{
    return tcm_clamp(value, -32768, 32767);
}

/* The table at magnitude / 2^bits, in as many fractional bits more. */
TCM_KERNEL int32_t tcm_interpolate(int32_t magnitude, int32_t bits, const int16_t *table)
{
    const int32_t place = magnitude >> bits;
    const int32_t rest = magnitude & ((INT32_C(1) << bits) - 1);
    return table[place] * (INT32_C(1) << bits) + rest * (table[place + 1] - table[place]);
}

/* sigmoid in Q0.15 of an int16 value in Q3.12. */
TCM_KERNEL int32_t tcm_sigmoid_s16(int32_t value, const int16_t *table)
{
    const int32_t half = INT32_C(1) << 24;
    return value < 0 ? (half + 511 - tcm_interpolate(-3 * value, 9, table)) >> 10
                     : (half + 512 + tcm_interpolate(3 * value, 9, table)) >> 10;
}

/* round(value / 2^shift), ties up; shift in [0, 30]. */
TCM_KERNEL int32_t tcm_shift_right_up(int32_t value, int32_t shift)
{
    return (value + ((INT32_C(1) << shift) >> 1)) >> shift;
}

/* tanh in Q0.15 of an int16 value; 48 * real value * 2^8 is round(value * multiplier / 2^shift). */
TCM_KERNEL int32_t tcm_tanh_s16(int32_t value, int32_t multiplier, int32_t shift, const int16_t *table)
{
    const int32_t scaled = tcm_shift_right_up(value * multiplier, shift);
    const int32_t magnitude = scaled < 0 ? -scaled : scaled;
    const int32_t tangent = magnitude >= 255 * 256 ? 32767 * 256 : tcm_interpolate(magnitude, 8, table);
    return (scaled < 0 ? 127 - tangent : 128 + tangent) >> 8;
}

/* The sum of taps times values with an offset, from a first value on, in int16. */
TCM_KERNEL int32_t tcm_gate_sum(const int8_t *values, const int8_t *taps, int32_t count, int32_t offset, int32_t sum,
                                int32_t multiplier, int32_t shift)
{
    for (int32_t i = 0; i < count; i++) {
        sum += taps[i] * (values[i] + offset);
    }
    return tcm_saturate_s16(tcm_requantize(sum, multiplier, shift));
}

/* The next state of a gated recurrent unit. given, recurrent: the gates' sums in Q3.12, reset, update, candidate.
 * candidate_shift takes Q0.15 to the state's scale. The result lies between state and candidate. */
TCM_KERNEL int32_t tcm_gru_state(const int32_t *given, const int32_t *recurrent, int32_t state,
                                 int32_t candidate_shift, const int16_t *table)
{
    const int32_t reset = tcm_sigmoid_s16(tcm_saturate_s16(given[0] + recurrent[0]), table);
    const int32_t update = tcm_sigmoid_s16(tcm_saturate_s16(given[1] + recurrent[1]), table);
    const int32_t sum = tcm_saturate_s16(given[2] + tcm_shift_right_up(reset * recurrent[2], 15));
    const int32_t candidate = tcm_shift_right_up(tcm_tanh_s16(sum, 3, 0, table), candidate_shift);
    return candidate + tcm_shift_right_up(update * (state - candidate), 15);
}

/* A gate of long short-term memory from its sum: input, forget, candidate for the cell, output. */
TCM_KERNEL int32_t tcm_lstm_gate(int32_t gate, int32_t sum, const int16_t *table)
{
    const int32_t gated = tcm_saturate_s16(sum);
    return gate == 2 ? tcm_tanh_s16(gated, 3, 0, table) : tcm_sigmoid_s16(gated, table);
}

/* The next cell of long short-term memory. clip: more than 32767 for none. */
TCM_KERNEL int16_t tcm_lstm_cell(const int32_t *gates, int32_t cell, int32_t multiplier, int32_t shift, int32_t clip)
{
    const int32_t kept = tcm_requantize(gates[1] * cell, INT32_C(1) << 30, -14);
    const int32_t added = tcm_requantize(gates[0] * gates[2], multiplier, shift);
    const int32_t next = tcm_saturate_s16(tcm_saturate_s16(kept) + tcm_saturate_s16(added));
    return (int16_t)tcm_clamp(next, -clip, clip < 32767 ? clip : 32767);
}

#endif
