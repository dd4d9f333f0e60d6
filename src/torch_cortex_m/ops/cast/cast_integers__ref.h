/* Integers, or truth values of one byte, as integers of another size. */
#ifndef CAST_INTEGERS__REF_H
#define CAST_INTEGERS__REF_H

#include "tcm.h"

TCM_KERNEL int32_t cast_integer(const void *input, int32_t place, int32_t bytes)
{
    if (bytes == 1) {
        return ((const int8_t *)input)[place];
    }
    return bytes == 2 ? ((const int16_t *)input)[place] : ((const int32_t *)input)[place];
}

TCM_KERNEL void cast_integers__ref(const void *input, void *output, int32_t elements, int32_t input_bytes,
                                   int32_t output_bytes)
{
    for (int32_t i = 0; i < elements; i++) {
        const int32_t value = cast_integer(input, i, input_bytes);
        if (output_bytes == 1) {
            ((int8_t *)output)[i] = (int8_t)value;
        } else if (output_bytes == 2) {
            ((int16_t *)output)[i] = (int16_t)value;
        } else {
            ((int32_t *)output)[i] = value;
        }
    }
}

#endif
