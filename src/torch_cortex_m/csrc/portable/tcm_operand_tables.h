/* Functions of two tensors that broadcast, whose operands are looked up first: tables of 256 int16 values for 0 to 127,
 * then for -128 to -1. */
#ifndef TCM_OPERAND_TABLES_H
#define TCM_OPERAND_TABLES_H

#include "tcm_broadcast.h"

/* Whether the first is less than the second, or equal to it, or the opposite: of bytes whose order is in the tables. */
TCM_KERNEL void tcm_compare_ranks(const int8_t *input, const int8_t *other, const int16_t *input_ranks,
                                  const int16_t *other_ranks, uint8_t *output, TCM_BROADCAST_PARAMETERS, int32_t less,
                                  int32_t negated)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const int32_t first = input_ranks[(uint8_t)input[a]];
        const int32_t second = other_ranks[(uint8_t)other[b]];
        *output = (less ? first < second : first == second) != (negated != 0);
    }
}

#endif
