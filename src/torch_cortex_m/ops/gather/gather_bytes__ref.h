/* Some indices of one dimension, of any element type: of each row, a run of bytes for each index. */
#ifndef GATHER_BYTES__REF_H
#define GATHER_BYTES__REF_H

#include "tcm_copy.h"

TCM_KERNEL void gather_bytes__ref(const void *input, const int32_t *indices, void *output, int32_t rows,
                                  int32_t row_indices, int32_t run_bytes, int32_t count)
{
    const int8_t *row = input;
    int8_t *next = output;
    for (int32_t i = 0; i < rows; i++) {
        for (int32_t k = 0; k < count; k++) {
            int32_t index = indices[k] < 0 ? 0 : indices[k];
            index = index < row_indices ? index : row_indices - 1;
            next = tcm_copy(next, row + index * run_bytes, run_bytes);
        }
        row += row_indices * run_bytes;
    }
}

#endif
