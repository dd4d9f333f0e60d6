/* Integers of 1, 2 or 4 bytes in another scale and width, portable reference. */
#ifndef RESCALE_INTEGERS__REF_H
#define RESCALE_INTEGERS__REF_H

#include "tcm.h"

TCM_KERNEL int32_t rescale_integers__ref_load(const void *data, int32_t bytes, int32_t place)
{
    const int8_t *narrow = data;
    const int16_t *middle = data;
    const int32_t *wide = data;
    return bytes == 1 ? narrow[place] : bytes == 2 ? middle[place] : wide[place];
}

TCM_KERNEL void rescale_integers__ref_store(void *data, int32_t bytes, int32_t place, int32_t value)
{
    if (bytes == 1) {
        ((int8_t *)data)[place] = (int8_t)value;
    } else if (bytes == 2) {
        ((int16_t *)data)[place] = (int16_t)value;
    } else {
        ((int32_t *)data)[place] = value;
    }
}

TCM_KERNEL void rescale_integers__ref(const void *input, void *output, int32_t elements, int32_t input_bytes,
                                      int32_t output_bytes, int32_t input_offset, int32_t multiplier, int32_t shift,
                                      int32_t output_offset, int32_t low, int32_t high)
{
    for (int32_t i = 0; i < elements; i++) {
        const uint32_t value = (uint32_t)rescale_integers__ref_load(input, input_bytes, i) + (uint32_t)input_offset;
        const uint32_t scaled =
            (uint32_t)tcm_requantize((int32_t)value, multiplier, shift) + (uint32_t)output_offset;
        rescale_integers__ref_store(output, output_bytes, i, tcm_clamp((int32_t)scaled, low, high));
    }
}

#endif
