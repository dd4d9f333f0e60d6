/* Sigmoid and tanh of int16, interpolated as TensorFlow Lite does, and the LSTM's gates built on them.
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

/* tanh in Q0.15 of an int16 value; 48 * real value * 2^8 is round(value * multiplier / 2^shift). */
TCM_KERNEL int32_t tcm_tanh_s16(int32_t value, int32_t multiplier, int32_t shift, const int16_t *table)
{
    const int32_t scaled = (value * multiplier + ((INT32_C(1) << shift) >> 1)) >> shift;
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

#endif
