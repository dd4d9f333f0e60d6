/* One int8 value with the opposite sign: what kernels of negate share. */
#ifndef NEGATE_S8__ELEMENT_H
#define NEGATE_S8__ELEMENT_H

#include "tcm.h"

TCM_KERNEL int8_t negate_s8__element(int8_t value, int32_t input_offset, int32_t multiplier, int32_t shift,
                                     int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    return tcm_requantize_s8(-(value + input_offset), multiplier, shift, output_offset, activation_min,
                             activation_max);
}

#endif
