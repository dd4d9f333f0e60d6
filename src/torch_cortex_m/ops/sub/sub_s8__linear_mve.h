/* Quantized subtraction for MVE: the linear form of add, with a negative factor. */
#ifndef SUB_S8__LINEAR_MVE_H
#define SUB_S8__LINEAR_MVE_H

#include "add_s8__linear_mve.h"
#include "tcm_broadcast.h"

TCM_KERNEL void sub_s8__linear_mve(const int8_t *input, const int8_t *other, int8_t *output, TCM_BROADCAST_PARAMETERS,
                                   int32_t input_factor, int32_t other_factor, int32_t addend, int32_t first_shift,
                                   int32_t second_shift, int32_t activation_min, int32_t activation_max)
{
    add_s8__linear_mve(input, other, output, TCM_BROADCAST_ARGUMENTS, input_factor, other_factor, addend, first_shift,
                       second_shift, activation_min, activation_max);
}

#endif
