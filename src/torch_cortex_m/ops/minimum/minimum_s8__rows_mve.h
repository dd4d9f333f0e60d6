/* The smaller of two values with broadcasting for MVE: int8. */
#ifndef MINIMUM_S8__ROWS_MVE_H
#define MINIMUM_S8__ROWS_MVE_H

#include "tcm_mve_extreme.h"

TCM_KERNEL void minimum_s8__rows_mve(const int8_t *input, const int8_t *other, int8_t *output,
                                     TCM_BROADCAST_PARAMETERS)
{
    tcm_mve_extreme_of_pairs(input, other, output, TCM_BROADCAST_ARGUMENTS, 0);
}

#endif
