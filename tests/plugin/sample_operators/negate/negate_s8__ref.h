/* int8 values with the opposite sign, portable reference. */
#ifndef NEGATE_S8__REF_H
#define NEGATE_S8__REF_H

#include "negate_s8__element.h"

TCM_KERNEL void negate_s8__ref(const int8_t *input, int8_t *output, int32_t elements, int32_t input_offset,
                               int32_t multiplier, int32_t shift, int32_t output_offset, int32_t activation_min,
                               int32_t activation_max)
{
    for (int32_t i = 0; i < elements; i++) {
        output[i] = negate_s8__element(input[i], input_offset, multiplier, shift, output_offset, activation_min,
                                       activation_max);
    }
}

#endif
