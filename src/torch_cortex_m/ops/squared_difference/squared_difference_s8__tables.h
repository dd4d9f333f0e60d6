/* Squared difference with broadcasting by tables of the operands' values in the scale that both share: int8. */
#ifndef SQUARED_DIFFERENCE_S8__TABLES_H
#define SQUARED_DIFFERENCE_S8__TABLES_H

#include "tcm_broadcast.h"

TCM_KERNEL void squared_difference_s8__tables(const int8_t *input, const int8_t *other, const int16_t *input_values,
                                              const int16_t *other_values, int8_t *output, TCM_BROADCAST_PARAMETERS,
                                              int32_t output_offset, int32_t output_multiplier,
                                              int32_t output_shift, int32_t activation_min,
                                              int32_t activation_max)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const int32_t difference = input_values[(uint8_t)input[a]] - other_values[(uint8_t)other[b]];
        const uint32_t size = (uint32_t)difference;
        *output = tcm_requantize_s8((int32_t)(size * size), output_multiplier, output_shift, output_offset,
                                    activation_min, activation_max);
    }
}

#endif
