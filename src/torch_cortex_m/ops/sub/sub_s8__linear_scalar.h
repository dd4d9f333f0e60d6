/* Quantized subtraction for cores without SIMD: the linear form of add, with a negative factor. */
#ifndef SUB_S8__LINEAR_SCALAR_H
#define SUB_S8__LINEAR_SCALAR_H

#include "add_s8__linear_scalar.h"
#include "tcm_broadcast.h"

TCM_KERNEL void sub_s8__linear_scalar(const int8_t *input, const int8_t *other, int8_t *output,
                                      TCM_BROADCAST_PARAMETERS, int32_t input_factor, int32_t other_factor,
                                      int32_t addend, int32_t common_shift, int32_t activation_min,
                                      int32_t activation_max)
{
    add_s8__linear_scalar(input, other, output, TCM_BROADCAST_ARGUMENTS, input_factor, other_factor, addend,
                          common_shift, activation_min, activation_max);
}

#endif
