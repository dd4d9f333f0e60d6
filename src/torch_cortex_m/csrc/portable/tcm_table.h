/* Looking int8 values up in a table of 256 outputs, whose index is the input as an unsigned byte. */
#ifndef TCM_TABLE_H
#define TCM_TABLE_H

#include "tcm.h"

TCM_KERNEL void tcm_look_up(const int8_t *input, const int8_t *table, int8_t *output, int32_t elements)
{
    for (int32_t i = 0; i < elements / 4; i++) {
        /* All loads before the stores, as the output may be the input's memory. */
        const int8_t first = table[(uint8_t)input[0]];
        const int8_t second = table[(uint8_t)input[1]];
        const int8_t third = table[(uint8_t)input[2]];
        const int8_t fourth = table[(uint8_t)input[3]];
        output[0] = first;
        output[1] = second;
        output[2] = third;
        output[3] = fourth;
        input += 4;
        output += 4;
    }
    for (int32_t i = 0; i < elements % 4; i++) {
        output[i] = table[(uint8_t)input[i]];
    }
}

#endif
