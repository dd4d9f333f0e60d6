/* Requantization of int8 values, the last one first. */
#ifndef REQUANTIZE_S8__BACKWARDS_H
#define REQUANTIZE_S8__BACKWARDS_H

#include "tcm.h"

TCM_KERNEL void requantize_s8__backwards(const int8_t *input, int8_t *output, int32_t elements, int32_t input_offset,
                                         int32_t multiplier, int32_t shift, int32_t output_offset,
                                         int32_t activation_min, int32_t activation_max)
{
    for (int32_t i = elements - 1; i >= 0; i--) {
        output[i] = tcm_requantize_s8(input[i] + input_offset, multiplier, shift, output_offset, activation_min,
                                      activation_max);
    }
}

#endif
