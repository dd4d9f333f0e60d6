/* Quantized addition with broadcasting, portable reference: int16. */
#ifndef ADD_S16__REF_H
#define ADD_S16__REF_H

#include "tcm_broadcast.h"
#include "tcm_wide.h"

TCM_KERNEL void add_s16__ref(const int16_t *input, const int16_t *other, int16_t *output, TCM_BROADCAST_PARAMETERS,
                             int32_t left_shift, int32_t input_offset, int32_t input_multiplier, int32_t input_shift,
                             int32_t other_offset, int32_t other_multiplier, int32_t other_shift, int32_t output_offset,
                             int32_t output_multiplier, int32_t output_shift, int32_t activation_min,
                             int32_t activation_max)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const int32_t first =
            tcm_rescale_operand(input[a], input_offset, left_shift, input_multiplier, input_shift);
        const int32_t second =
            tcm_rescale_operand(other[b], other_offset, left_shift, other_multiplier, other_shift);
        *output = tcm_requantize_s16((int32_t)((uint32_t)first + (uint32_t)second), output_multiplier, output_shift,
                                     output_offset, activation_min, activation_max);
    }
}

#endif
