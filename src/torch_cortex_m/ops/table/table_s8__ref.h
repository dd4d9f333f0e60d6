/* Any function of one int8, portable reference: table has the outputs for -128 to 127. */
#ifndef TABLE_S8__REF_H
#define TABLE_S8__REF_H

#include "tcm.h"

TCM_KERNEL void table_s8__ref(const int8_t *input, const int8_t *table, void *output, int32_t elements)
{
    int8_t *outputs = output;
    for (int32_t i = 0; i < elements; i++) {
        outputs[i] = table[input[i] + 128];
    }
}

#endif
