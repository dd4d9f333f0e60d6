/* Quantization of float32 values to int16, portable reference. */
#ifndef QUANTIZE_S16__REF_H
#define QUANTIZE_S16__REF_H

#include "tcm_round.h"

TCM_KERNEL void quantize_s16__ref(const float *input, int16_t *output, int32_t elements, float scale,
                                  float inverse_scale, int32_t zero_point, int32_t ties_away)
{
    for (int32_t i = 0; i < elements; i++) {
        const float scaled = ties_away ? input[i] / scale : input[i] * inverse_scale;
        output[i] = (int16_t)tcm_clamp(tcm_round_float(scaled, ties_away, 16) + zero_point, -32768, 32767);
    }
}

#endif
