/* Dequantization of int8 values to float32 by a table of all 256 outputs; table[(uint8_t)input]. */
#ifndef DEQUANTIZE_S8__TABLE_H
#define DEQUANTIZE_S8__TABLE_H

#include "tcm.h"

TCM_KERNEL void dequantize_s8__table(const int8_t *input, const float *table, float *output, int32_t elements)
{
    for (int32_t i = 0; i < elements / 4; i++) {
        output[0] = table[(uint8_t)input[0]];
        output[1] = table[(uint8_t)input[1]];
        output[2] = table[(uint8_t)input[2]];
        output[3] = table[(uint8_t)input[3]];
        input += 4;
        output += 4;
    }
    for (int32_t i = 0; i < elements % 4; i++) {
        output[i] = table[(uint8_t)input[i]];
    }
}

#endif
