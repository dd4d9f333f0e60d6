/* A tensor in two parts, of any element type: each row has a run of the first and then one of the second. */
#ifndef SPLIT_BYTES__REF_H
#define SPLIT_BYTES__REF_H

#include "tcm_copy.h"

TCM_KERNEL void split_bytes__ref(const void *input, void *first, void *second, int32_t rows, int32_t first_run,
                                 int32_t second_run)
{
    const int8_t *next = input;
    int8_t *first_next = first;
    int8_t *second_next = second;
    for (int32_t row = 0; row < rows; row++) {
        first_next = tcm_copy(first_next, next, first_run);
        second_next = tcm_copy(second_next, next + first_run, second_run);
        next += first_run + second_run;
    }
}

#endif
