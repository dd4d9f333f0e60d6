/* Rows of int32 in order, with the places that elements had: sorted by insertion, portable reference. */
#ifndef SORT_S32__REF_H
#define SORT_S32__REF_H

#include "tcm.h"

TCM_KERNEL void sort_s32__ref(const int32_t *input, int32_t *values, int32_t *indices, int32_t rows, int32_t row_size,
                              int32_t kept, int32_t descending)
{
    for (int32_t row = 0; row < rows; row++) {
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t value = input[i];
            int32_t place = i < kept ? i : kept;
            while (place > 0 && (descending ? value > values[place - 1] : value < values[place - 1])) {
                if (place < kept) {
                    values[place] = values[place - 1];
                    indices[place] = indices[place - 1];
                }
                place--;
            }
            if (place < kept) {
                values[place] = value;
                indices[place] = i;
            }
        }
        input += row_size;
        values += kept;
        indices += kept;
    }
}

#endif
