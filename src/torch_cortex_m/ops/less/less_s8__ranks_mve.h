/* Whether input is less than other, with broadcasting, by the ranks of their values for MVE: int8, results 0 and 1. */
#ifndef LESS_S8__RANKS_MVE_H
#define LESS_S8__RANKS_MVE_H

#include "tcm_mve_operand_tables.h"

TCM_KERNEL void less_s8__ranks_mve(const int8_t *input, const int8_t *other, const int16_t *input_ranks,
                                   const int16_t *other_ranks, uint8_t *output, TCM_BROADCAST_PARAMETERS,
                                   int32_t negated)
{
    tcm_mve_compare_ranks(input, other, input_ranks, other_ranks, output, TCM_BROADCAST_ARGUMENTS, 1, negated);
}

#endif
