/* Integers of 8, 16 or 32 bits in another scale and width, portable reference. */
#ifndef RESCALE_INTEGERS__REF_H
#define RESCALE_INTEGERS__REF_H

#include "tcm.h"

TCM_KERNEL void rescale_integers__ref(const void *input, void *output, int32_t elements, int32_t input_bits,
                                      int32_t output_bits, int32_t input_offset, int32_t multiplier, int32_t shift,
                                      int32_t output_offset, int32_t output_min, int32_t output_max)
{
    for (int32_t i = 0; i < elements; i++) {
        const int32_t value = input_bits == 8    ? ((const int8_t *)input)[i]
                              : input_bits == 16 ? ((const int16_t *)input)[i]
                                                 : ((const int32_t *)input)[i];
        const int32_t shifted = (int32_t)((uint32_t)value + (uint32_t)input_offset);
        const uint32_t scaled = (uint32_t)tcm_requantize(shifted, multiplier, shift) + (uint32_t)output_offset;
        const int32_t result = tcm_clamp((int32_t)scaled, output_min, output_max);
        if (output_bits == 8) {
            ((int8_t *)output)[i] = (int8_t)result;
        } else if (output_bits == 16) {
            ((int16_t *)output)[i] = (int16_t)result;
        } else {
            ((int32_t *)output)[i] = result;
        }
    }
}

#endif
