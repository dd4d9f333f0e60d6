/* Quantized PReLU with broadcasting for cores with the DSP extension: int8, elements that are not negative by a table of
 * outputs; positives[(uint8_t)input].
 *
 * addend is 2^(right_shift - 1) + output_offset * 2^right_shift; subtracting 1 from what is negative before the shift
 * makes its ties round away from zero. */
#ifndef PRELU_S8__TABLE_DSP_H
#define PRELU_S8__TABLE_DSP_H

#include "tcm_broadcast.h"
#include "tcm_dsp.h"

TCM_KERNEL void prelu_s8__table_dsp(const int8_t *input, const int8_t *other, const int8_t *positives, int8_t *output,
                                    TCM_BROADCAST_PARAMETERS, int32_t input_offset, int32_t other_offset,
                                    int32_t slope_multiplier, int32_t addend, int32_t right_shift,
                                    int32_t activation_min, int32_t activation_max)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const int32_t value = input[a] + input_offset;
        if (value >= 0) {
            *output = positives[(uint8_t)input[a]];
        } else {
            const int32_t doubled = 2 * value * (other[b] + other_offset);
            const int32_t sum = tcm_smmlar(doubled, slope_multiplier, addend + (doubled >> 31));
            const int32_t result = tcm_shift_saturate_s8(sum, right_shift);
            *output = (int8_t)tcm_clamp(result, activation_min, activation_max);
        }
    }
}

#endif
