/* Quantized PReLU with broadcasting: int8, elements that are not negative by a table of outputs; positives[(uint8_t)input].
 */
#ifndef PRELU_S8__TABLE_H
#define PRELU_S8__TABLE_H

#include "tcm_broadcast.h"

TCM_KERNEL void prelu_s8__table(const int8_t *input, const int8_t *other, const int8_t *positives, int8_t *output,
                                TCM_BROADCAST_PARAMETERS, int32_t input_offset, int32_t other_offset,
                                int32_t output_offset, int32_t slope_multiplier, int32_t slope_shift,
                                int32_t activation_min, int32_t activation_max)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const int32_t value = input[a] + input_offset;
        *output = value >= 0 ? positives[(uint8_t)input[a]]
                             : tcm_requantize_s8(value * (other[b] + other_offset), slope_multiplier, slope_shift,
                                                 output_offset, activation_min, activation_max);
    }
}

#endif
