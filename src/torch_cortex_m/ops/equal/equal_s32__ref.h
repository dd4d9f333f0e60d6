/* Whether input equals other, with broadcasting, portable reference: int32, the results are bytes of 0 and 1. */
#ifndef EQUAL_S32__REF_H
#define EQUAL_S32__REF_H

#include "tcm_broadcast.h"

TCM_KERNEL void equal_s32__ref(const int32_t *input, const int32_t *other, uint8_t *output, TCM_BROADCAST_PARAMETERS,
                             int32_t negated)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        *output = (input[a] == other[b]) != (negated != 0);
    }
}

#endif
