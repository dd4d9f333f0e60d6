/* uint8 less 128 as int8, int8 plus 128 as uint8, portable reference. */
#ifndef FLIP_SIGN_BIT_BYTES__REF_H
#define FLIP_SIGN_BIT_BYTES__REF_H

#include "tcm.h"

TCM_KERNEL void flip_sign_bit_bytes__ref(const void *input, void *output, int32_t elements)
{
    const uint8_t *inputs = input;
    uint8_t *outputs = output;
    for (int32_t i = 0; i < elements; i++) {
        outputs[i] = inputs[i] ^ 0x80U;
    }
}

#endif
