/* Quantized PReLU with broadcasting, portable reference: int16. */
#ifndef PRELU_S16__REF_H
#define PRELU_S16__REF_H

#include "tcm_broadcast.h"
#include "tcm_wide.h"

TCM_KERNEL void prelu_s16__ref(const int16_t *input, const int16_t *other, int16_t *output, TCM_BROADCAST_PARAMETERS,
                               int32_t input_offset, int32_t other_offset, int32_t output_offset, int32_t multiplier,
                               int32_t shift, int32_t slope_multiplier, int32_t slope_shift, int32_t activation_min,
                               int32_t activation_max)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const int32_t value = input[a] + input_offset;
        const int32_t slope = other[b] + other_offset;
        const int32_t product = (int32_t)((uint32_t)value * (uint32_t)slope);
        *output = value >= 0 ? tcm_requantize_s16(value, multiplier, shift, output_offset, activation_min,
                                                  activation_max)
                             : tcm_requantize_s16(product, slope_multiplier, slope_shift, output_offset,
                                                  activation_min, activation_max);
    }
}

#endif
