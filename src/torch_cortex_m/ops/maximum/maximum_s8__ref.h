/* The larger of two values with broadcasting, portable reference: int8. */
#ifndef MAXIMUM_S8__REF_H
#define MAXIMUM_S8__REF_H

#include "tcm_broadcast.h"

TCM_KERNEL void maximum_s8__ref(const int8_t *input, const int8_t *other, int8_t *output, TCM_BROADCAST_PARAMETERS)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        *output = input[a] > other[b] ? input[a] : other[b];
    }
}

#endif
