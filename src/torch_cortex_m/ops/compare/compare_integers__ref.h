/* Whether integers of 4 or 8 bytes, or truth values, are equal or less, with broadcasting, portable reference. */
#ifndef COMPARE_INTEGERS__REF_H
#define COMPARE_INTEGERS__REF_H

#include "tcm_broadcast.h"

TCM_KERNEL int64_t compare_integers__ref_load(const void *data, int32_t bytes, int32_t place)
{
    const uint8_t *truths = data;
    const int32_t *words = data;
    const int64_t *wide = data;
    return bytes == 1 ? truths[place] : bytes == 4 ? words[place] : wide[place];
}

TCM_KERNEL void compare_integers__ref(const void *input, const void *other, uint8_t *output, TCM_BROADCAST_PARAMETERS,
                                      int32_t element_bytes, int32_t less, int32_t negated)
{
    TCM_FOR_EACH_PAIR(a, b)
    {
        const int64_t first = compare_integers__ref_load(input, element_bytes, a);
        const int64_t second = compare_integers__ref_load(other, element_bytes, b);
        *output = (less ? first < second : first == second) != (negated != 0);
    }
}

#endif
