/* The smaller of two values with broadcasting, portable reference: int16. */
#ifndef MINIMUM_S16__REF_H
#define MINIMUM_S16__REF_H

#include "tcm_broadcast.h"

TCM_KERNEL void minimum_s16__ref(const int16_t *input, const int16_t *other, int16_t *output,
                                TCM_BROADCAST_PARAMETERS)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        *output = input[a] < other[b] ? input[a] : other[b];
    }
}

#endif
