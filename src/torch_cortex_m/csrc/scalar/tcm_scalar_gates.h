/* Recurrent layers on cores without SIMD: the sums of a unit's gates, and their requantization. See
 * tcm_scalar_columns.h for columns and weights. */
#ifndef TCM_SCALAR_GATES_H
#define TCM_SCALAR_GATES_H

#include "tcm_gates.h"
#include "tcm_scalar_columns.h"

/* One of a layer's matrices: weights [unit][tap][gate] as bytes w + 128, biases [unit][gate]. shifts: of the gates, a
 * byte each, a literal. */
typedef struct {
    const uint8_t *weights;
    const int32_t *biases;
    const int32_t *multipliers;
    int32_t shifts;
    int32_t taps;
} tcm_scalar_gates;

/* The sums of ``count`` gates, a literal of at most four, of a unit. */
TCM_KERNEL void tcm_scalar_gate_sums(const tcm_scalar_gates *gates, int32_t unit, int32_t count, const uint8_t *column,
                                     uint32_t column_sum, int32_t *results)
{
    uint32_t sums[TCM_SCALAR_FILTERS] = {0, 0, 0, 0};
    const uint8_t *weights = gates->weights + unit * count * gates->taps;
    const int32_t *biases = gates->biases + unit * count;
    for (int32_t i = 0; i < gates->taps / TCM_SCALAR_TAPS; i++) {
        tcm_scalar_products(column, weights, TCM_SCALAR_TAPS, count, sums);
        column += TCM_SCALAR_TAPS;
        weights += TCM_SCALAR_TAPS * count;
    }
    for (int32_t i = 0; i < gates->taps % TCM_SCALAR_TAPS; i++) {
        tcm_scalar_products(column, weights, 1, count, sums);
        column++;
        weights += count;
    }
    TCM_UNROLL_SCALAR
    for (int32_t gate = 0; gate < count; gate++) {
        results[gate] = (int32_t)(sums[gate] + (uint32_t)biases[gate] - 128 * column_sum);
    }
}

TCM_KERNEL int32_t tcm_scalar_saturate_s16(int32_t value)
{
#if defined(__ARM_FEATURE_SAT) && defined(__GNUC__)
    __asm__("ssat %0, #16, %1" : "=r"(value) : "r"(value));
    return value;
#else
    return tcm_saturate_s16(value);
#endif
}

/* tcm_requantize of a value of at most 2^30 by a literal shift, cheaper on cores without a long multiplication. */
TCM_KERNEL int32_t tcm_scalar_requantize(int32_t value, int32_t multiplier, int32_t shift)
{
    if (shift >= 0) {
        return tcm_multiply_doubled((int32_t)((uint32_t)value << shift), multiplier);
    }
    const int32_t scaled = tcm_multiply_doubled(value, multiplier);
    if (shift < -30) { /* half of the unit, added to a value, may leave int32 */
        return tcm_rounding_shift_right(scaled, -shift);
    }
    return (scaled + (INT32_C(1) << (-shift - 1)) + (scaled >> 31)) >> -shift;
}

/* A sum of a gate in int16. */
TCM_KERNEL int32_t tcm_scalar_gate(int32_t sum, const tcm_scalar_gates *gates, int32_t gate)
{
    const int32_t shift = (int8_t)(gates->shifts >> (8 * gate));
    return tcm_scalar_saturate_s16(tcm_scalar_requantize(sum, gates->multipliers[gate], shift));
}

#endif
