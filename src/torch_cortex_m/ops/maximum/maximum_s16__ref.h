/* The larger of two values with broadcasting, portable reference: int16. */
#ifndef MAXIMUM_S16__REF_H
#define MAXIMUM_S16__REF_H

#include "tcm_broadcast.h"

TCM_KERNEL void maximum_s16__ref(const int16_t *input, const int16_t *other, int16_t *output,
                                TCM_BROADCAST_PARAMETERS)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        *output = input[a] > other[b] ? input[a] : other[b];
    }
}

#endif
