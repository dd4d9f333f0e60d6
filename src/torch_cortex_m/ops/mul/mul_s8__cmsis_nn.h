/* Quantized multiplication of two tensors of one shape by CMSIS-NN: int8. */
#ifndef MUL_S8__CMSIS_NN_H
#define MUL_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t mul_s8__cmsis_nn(const int8_t *input, const int8_t *other, int8_t *output, int32_t elements,
                                    int32_t input_offset, int32_t other_offset, int32_t output_offset,
                                    int32_t multiplier, int32_t shift, int32_t activation_min, int32_t activation_max)
{
    return (int32_t)arm_elementwise_mul_s8(input, other, input_offset, other_offset, output, output_offset, multiplier,
                                           shift, activation_min, activation_max, elements);
}

#endif
