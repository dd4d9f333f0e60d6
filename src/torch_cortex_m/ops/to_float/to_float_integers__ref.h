/* int32 elements, or truth values of one byte, as float32. */
#ifndef TO_FLOAT_INTEGERS__REF_H
#define TO_FLOAT_INTEGERS__REF_H

#include "tcm.h"

TCM_KERNEL void to_float_integers__ref(const void *input, float *output, int32_t elements, int32_t element_bytes)
{
    const int32_t *words = input;
    const uint8_t *bytes = input;
    for (int32_t i = 0; i < elements; i++) {
        output[i] = element_bytes == 1 ? (float)bytes[i] : (float)words[i];
    }
}

#endif
