/* Dequantization of int16 values to float32, portable reference. */
#ifndef DEQUANTIZE_S16__REF_H
#define DEQUANTIZE_S16__REF_H

#include "tcm.h"

TCM_KERNEL void dequantize_s16__ref(const int16_t *input, float *output, int32_t elements, float scale,
                                    int32_t zero_point)
{
    for (int32_t i = 0; i < elements; i++) {
        output[i] = (float)(input[i] - zero_point) * scale;
    }
}

#endif
