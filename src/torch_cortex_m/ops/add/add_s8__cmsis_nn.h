/* Quantized addition of two tensors of one shape by CMSIS-NN: int8. */
#ifndef ADD_S8__CMSIS_NN_H
#define ADD_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t add_s8__cmsis_nn(const int8_t *input, const int8_t *other, int8_t *output, int32_t elements,
                                    int32_t left_shift, int32_t input_offset, int32_t input_multiplier,
                                    int32_t input_shift, int32_t other_offset, int32_t other_multiplier,
                                    int32_t other_shift, int32_t output_offset, int32_t output_multiplier,
                                    int32_t output_shift, int32_t activation_min, int32_t activation_max)
{
    return (int32_t)arm_elementwise_add_s8(input, other, input_offset, input_multiplier, input_shift, other_offset,
                                           other_multiplier, other_shift, left_shift, output, output_offset,
                                           output_multiplier, output_shift, activation_min, activation_max, elements);
}

#endif
