/* Requantization of int8 values by a table of all 256 outputs; table[(uint8_t)input]. */
#ifndef REQUANTIZE_S8__TABLE_H
#define REQUANTIZE_S8__TABLE_H

#include "tcm_table.h"

TCM_KERNEL void requantize_s8__table(const int8_t *input, const int8_t *table, int8_t *output, int32_t elements)
{
    tcm_look_up(input, table, output, elements);
}

#endif
