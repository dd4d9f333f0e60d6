/* Rows of int8 in order, with the places that elements had: sorted by counting, portable reference. */
#ifndef SORT_S8__REF_H
#define SORT_S8__REF_H

#include "tcm.h"

TCM_KERNEL void sort_s8__ref(const int8_t *input, int8_t *values, int32_t *indices, uint8_t *scratch, int32_t rows,
                             int32_t row_size, int32_t kept, int32_t descending)
{
    int32_t *const counters = (int32_t *)(void *)scratch;
    for (int32_t row = 0; row < rows; row++) {
        for (int32_t i = 0; i < 256; i++) {
            counters[i] = 0;
        }
        for (int32_t i = 0; i < row_size; i++) {
            counters[descending ? 127 - input[i] : input[i] + 128]++;
        }
        int32_t next = 0;
        for (int32_t i = 0; i < 256; i++) {
            const int32_t count = counters[i];
            counters[i] = next;
            next += count;
        }
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t place = counters[descending ? 127 - input[i] : input[i] + 128]++;
            if (place < kept) {
                values[place] = input[i];
                indices[place] = i;
            }
        }
        input += row_size;
        values += kept;
        indices += kept;
    }
}

#endif
