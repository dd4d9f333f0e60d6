/* Quantization of float32 values to int8 without a floating-point unit, ties to even. The inverse scale is
 * significand * 2^(exponent - 150), significand in [2^23, 2^24).
 *
 * The high word of the significands' product decides the output, unless the product lies so near to the middle between
 * two integers that its rounding to a float may matter: within 2^-15, twice the most that this rounding and the
 * low word come to. Then, and beyond int8, the reference takes over. */
#ifndef QUANTIZE_S8__INTEGER_SCALAR_H
#define QUANTIZE_S8__INTEGER_SCALAR_H

#include "quantize_s8__ref.h"
#include "tcm_scalar.h"

TCM_KERNEL int32_t quantize_s8_integer_round(float value, float inverse_scale, uint32_t significand, int32_t exponent)
{
    const union {
        float value;
        uint32_t bits;
    } view = {value};
    /* The product is less than 2^(power + 1): high / 2^(31 - power). */
    const int32_t power = (int32_t)(view.bits << 1 >> 24) + exponent - 253;
    if (power < -1) {
        return 0;
    }
    if (power > 8) {
        return quantize_s8__ref_round(value * inverse_scale, 0);
    }
    const uint32_t high = tcm_multiply_high(view.bits << 8 | UINT32_C(0x80000000), significand << 8, 0);
    const uint32_t fraction = high << (power + 1);
    const uint32_t nearness = UINT32_C(1) << 17;
    if (fraction - (UINT32_C(0x80000000) - nearness) <= 2 * nearness) {
        return quantize_s8__ref_round(value * inverse_scale, 0);
    }
    const int32_t rounded = (int32_t)((high >> 1 >> (30 - power)) + (fraction >> 31));
    return (view.bits >> 31) != 0 ? -rounded : rounded;
}

TCM_KERNEL void quantize_s8__integer_scalar(const float *input, int8_t *output, int32_t elements, float inverse_scale,
                                            int32_t significand, int32_t exponent, int32_t zero_point)
{
    for (int32_t i = 0; i < elements; i++) {
        const int32_t rounded =
            quantize_s8_integer_round(input[i], inverse_scale, (uint32_t)significand, exponent);
        output[i] = tcm_limit_s8(rounded + zero_point, -128, 127);
    }
}

#endif
