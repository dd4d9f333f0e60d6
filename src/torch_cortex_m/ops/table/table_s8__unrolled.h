/* Any function of one int8, four at a time: table has the outputs for 0 to 127, then for -128 to -1. */
#ifndef TABLE_S8__UNROLLED_H
#define TABLE_S8__UNROLLED_H

#include "tcm_table.h"

TCM_KERNEL void table_s8__unrolled(const int8_t *input, const int8_t *table, void *output, int32_t elements)
{
    tcm_look_up(input, table, output, elements);
}

#endif
