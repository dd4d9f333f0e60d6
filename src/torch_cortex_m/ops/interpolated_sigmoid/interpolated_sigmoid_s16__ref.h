/* Sigmoid or tanh of int16, interpolated, portable reference. */
#ifndef INTERPOLATED_SIGMOID_S16__REF_H
#define INTERPOLATED_SIGMOID_S16__REF_H

#include "tcm_gates.h"

/* sigmoid in Q0.15; 24 * real value * 2^9 is round(value * multiplier / 2^shift). */
TCM_KERNEL int32_t interpolated_sigmoid_s16__ref_sigmoid(int32_t value, int32_t multiplier, int32_t shift,
                                                         const int16_t *table)
{
    const int32_t scaled = tcm_shift_right_up(value * multiplier, shift);
    const int32_t magnitude = scaled < 0 ? -scaled : scaled;
    const int32_t half = INT32_C(1) << 24;
    const int32_t beyond = magnitude >= 255 * 512 ? 32767 * 1024 - half : tcm_interpolate(magnitude, 9, table);
    return (scaled < 0 ? half + 511 - beyond : half + 512 + beyond) >> 10;
}

TCM_KERNEL void interpolated_sigmoid_s16__ref(const int16_t *input, const int16_t *table, int16_t *output,
                                              int32_t elements, int32_t multiplier, int32_t shift,
                                              int32_t hyperbolic)
{
    for (int32_t i = 0; i < elements; i++) {
        output[i] = (int16_t)(hyperbolic ? tcm_tanh_s16(input[i], multiplier, shift, table)
                                         : interpolated_sigmoid_s16__ref_sigmoid(input[i], multiplier, shift, table));
    }
}

#endif
