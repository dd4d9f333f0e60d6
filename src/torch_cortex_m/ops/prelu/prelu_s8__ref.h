/* Quantized PReLU with broadcasting, portable reference: int8. */
#ifndef PRELU_S8__REF_H
#define PRELU_S8__REF_H

#include "tcm_broadcast.h"

TCM_KERNEL void prelu_s8__ref(const int8_t *input, const int8_t *other, int8_t *output, TCM_BROADCAST_PARAMETERS,
                              int32_t input_offset, int32_t other_offset, int32_t output_offset, int32_t multiplier,
                              int32_t shift, int32_t slope_multiplier, int32_t slope_shift, int32_t activation_min,
                              int32_t activation_max)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const int32_t value = input[a] + input_offset;
        const int32_t slope = other[b] + other_offset;
        *output = value >= 0 ? tcm_requantize_s8(value, multiplier, shift, output_offset, activation_min,
                                                 activation_max)
                             : tcm_requantize_s8(value * slope, slope_multiplier, slope_shift, output_offset,
                                                 activation_min, activation_max);
    }
}

#endif
