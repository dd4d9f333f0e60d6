/* Whether input equals other, with broadcasting, portable reference: int8, the results are bytes of 0 and 1. */
#ifndef EQUAL_S8__REF_H
#define EQUAL_S8__REF_H

#include "tcm_broadcast.h"

TCM_KERNEL void equal_s8__ref(const int8_t *input, const int8_t *other, uint8_t *output, TCM_BROADCAST_PARAMETERS,
                            int32_t left_shift, int32_t input_offset, int32_t input_multiplier, int32_t input_shift,
                            int32_t other_offset, int32_t other_multiplier, int32_t other_shift, int32_t negated)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const int32_t first =
            tcm_rescale_operand(input[a], input_offset, left_shift, input_multiplier, input_shift);
        const int32_t second =
            tcm_rescale_operand(other[b], other_offset, left_shift, other_multiplier, other_shift);
        *output = (first == second) != (negated != 0);
    }
}

#endif
