/* uint8 less 128 as int8, int8 plus 128 as uint8, four at a time. */
#ifndef FLIP_SIGN_BIT_BYTES__WORDS_H
#define FLIP_SIGN_BIT_BYTES__WORDS_H

#include "tcm.h"

TCM_KERNEL void flip_sign_bit_bytes__words(const void *input, void *output, int32_t elements)
{
    const uint8_t *inputs = input;
    uint8_t *outputs = output;
    for (int32_t i = 0; i < elements / 4; i++) {
        uint32_t word;
        __builtin_memcpy(&word, inputs, 4);
        word ^= UINT32_C(0x80808080);
        __builtin_memcpy(outputs, &word, 4);
        inputs += 4;
        outputs += 4;
    }
    for (int32_t i = 0; i < elements % 4; i++) {
        outputs[i] = inputs[i] ^ 0x80U;
    }
}

#endif
