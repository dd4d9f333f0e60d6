/* Quantization of float32 values to int8 for cores with the DSP extension and, as a rule, a floating-point unit: its
 * conversions limit to int32 and make 0 of a NaN. They and the multiplication round to nearest, ties to even, as every
 * core does after a reset. */
#ifndef QUANTIZE_S8__FLOAT_DSP_H
#define QUANTIZE_S8__FLOAT_DSP_H

#include "quantize_s8__ref.h"
#include "tcm_dsp.h"

#if defined(__ARM_FP) && (__ARM_FP & 4) != 0

/* The bits of a float, where conversions leave their integer. */
TCM_KERNEL int32_t quantize_s8_bits(float value)
{
    int32_t bits;
    __builtin_memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/* round(value), ties to even. */
TCM_KERNEL int32_t quantize_s8_round(float value)
{
    __asm__("vcvtr.s32.f32 %0, %0" : "+t"(value));
    return quantize_s8_bits(value);
}

/* round(value), ties away from zero: the doubled value without its fraction, halved likewise. */
TCM_KERNEL int32_t quantize_s8_round_away(float value)
{
    float doubled = value + value;
    __asm__("vcvt.s32.f32 %0, %0" : "+t"(doubled));
    const int32_t halves = quantize_s8_bits(doubled);
    return (tcm_add_saturated(halves, 1) + (halves >> 31)) >> 1;
}

TCM_KERNEL int8_t quantize_s8_element(float value, float scale, float inverse_scale, int32_t zero_point,
                                      int32_t ties_away)
{
    const int32_t rounded =
        ties_away ? quantize_s8_round_away(value / scale) : quantize_s8_round(value * inverse_scale);
    return (int8_t)tcm_saturate_s8(tcm_add_saturated(rounded, zero_point));
}

TCM_KERNEL void quantize_s8__float_dsp(const float *input, int8_t *output, int32_t elements, float scale,
                                       float inverse_scale, int32_t zero_point, int32_t ties_away)
{
    for (int32_t i = 0; i < elements / 4; i++) {
        TCM_UNROLL
        for (int32_t k = 0; k < 4; k++) {
            output[k] = quantize_s8_element(input[k], scale, inverse_scale, zero_point, ties_away);
        }
        input += 4;
        output += 4;
    }
    for (int32_t i = 0; i < elements % 4; i++) {
        output[i] = quantize_s8_element(input[i], scale, inverse_scale, zero_point, ties_away);
    }
}

#else

TCM_KERNEL void quantize_s8__float_dsp(const float *input, int8_t *output, int32_t elements, float scale,
                                       float inverse_scale, int32_t zero_point, int32_t ties_away)
{
    quantize_s8__ref(input, output, elements, scale, inverse_scale, zero_point, ties_away);
}

#endif

#endif
