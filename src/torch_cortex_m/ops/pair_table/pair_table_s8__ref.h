/* Any function of two int8 with broadcasting: results in rows and columns, and which of them belong to each byte. */
#ifndef PAIR_TABLE_S8__REF_H
#define PAIR_TABLE_S8__REF_H

#include "tcm_broadcast.h"

TCM_KERNEL void pair_table_s8__ref(const int8_t *input, const int8_t *other, const int8_t *table, const uint8_t *rows,
                                   const uint8_t *columns, int8_t *output, TCM_BROADCAST_PARAMETERS,
                                   int32_t row_elements)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        *output = table[rows[(uint8_t)input[a]] * row_elements + columns[(uint8_t)other[b]]];
    }
}

#endif
