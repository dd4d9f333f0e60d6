/* Quantized multiplication with broadcasting, portable reference: int16. Products are modulo 2^32. */
#ifndef MUL_S16__REF_H
#define MUL_S16__REF_H

#include "tcm_broadcast.h"
#include "tcm_wide.h"

TCM_KERNEL void mul_s16__ref(const int16_t *input, const int16_t *other, int16_t *output, TCM_BROADCAST_PARAMETERS,
                             int32_t input_offset, int32_t other_offset, int32_t output_offset, int32_t multiplier,
                             int32_t shift, int32_t activation_min, int32_t activation_max)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const uint32_t product = (uint32_t)(input[a] + input_offset) * (uint32_t)(other[b] + other_offset);
        *output = tcm_requantize_s16((int32_t)product, multiplier, shift, output_offset, activation_min,
                                     activation_max);
    }
}

#endif
