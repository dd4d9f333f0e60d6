/* Any function of one int8, portable reference: table has the outputs for -128 to 127. */
#ifndef TABLE_S8__REF_H
#define TABLE_S8__REF_H

#include "tcm.h"

TCM_KERNEL void table_s8__ref(const int8_t *input, const int8_t *table, int8_t *output, int32_t elements)
{
    for (int32_t i = 0; i < elements; i++) {
        output[i] = table[input[i] + 128];
    }
}

#endif
