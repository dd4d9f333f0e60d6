/* Quantization of float32 values to int8, portable reference. */
#ifndef QUANTIZE_S8__REF_H
#define QUANTIZE_S8__REF_H

#include "tcm.h"

/* round(value), ties to even or away from zero, limited to [-256, 256]; 0 for a NaN.
 * It works on the bits of an IEEE 754 single: no library, cheap without a floating-point unit, and no compiler can
 * fuse the multiplication that gave the value with an operation here. */
TCM_KERNEL int32_t quantize_s8__ref_round(float value, int32_t ties_away)
{
    const union {
        float value;
        uint32_t bits;
    } view = {value};
    const uint32_t magnitude_bits = view.bits & UINT32_C(0x7fffffff);
    const int32_t exponent = (int32_t)(magnitude_bits >> 23) - 127;
    uint32_t rounded = 0;
    if (exponent >= 8) {
        const uint32_t infinity = UINT32_C(0x7f800000);
        rounded = magnitude_bits > infinity ? 0 : 256;
    } else if (exponent >= -1) {
        const uint32_t fraction_bits = (uint32_t)(23 - exponent);
        const uint32_t significand = (magnitude_bits & UINT32_C(0x7fffff)) | UINT32_C(0x800000);
        const uint32_t remainder = significand & ((UINT32_C(1) << fraction_bits) - 1);
        const uint32_t half = UINT32_C(1) << (fraction_bits - 1);
        rounded = significand >> fraction_bits;
        if (remainder > half || (remainder == half && (ties_away || (rounded & 1) != 0))) {
            rounded++;
        }
    }
    return (view.bits >> 31) != 0 ? -(int32_t)rounded : (int32_t)rounded;
}

TCM_KERNEL void quantize_s8__ref(const float *input, int8_t *output, int32_t elements, float scale,
                                 float inverse_scale, int32_t zero_point, int32_t ties_away)
{
    for (int32_t i = 0; i < elements; i++) {
        const float scaled = ties_away ? input[i] / scale : input[i] * inverse_scale;
        output[i] = (int8_t)tcm_clamp(quantize_s8__ref_round(scaled, ties_away) + zero_point, -128, 127);
    }
}

#endif
