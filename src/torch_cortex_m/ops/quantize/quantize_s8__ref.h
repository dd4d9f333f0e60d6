/* Quantization of float32 values to int8, portable reference. */
#ifndef QUANTIZE_S8__REF_H
#define QUANTIZE_S8__REF_H

#include "tcm_round.h"

/* round(value), limited to [-256, 256]. */
TCM_KERNEL int32_t quantize_s8__ref_round(float value, int32_t ties_away)
{
    return tcm_round_float(value, ties_away, 8);
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
