/* Some indices of one dimension that are known, of any element type: of each row, a run of bytes from each offset. */
#ifndef GATHER_BYTES__OFFSETS_H
#define GATHER_BYTES__OFFSETS_H

#include "tcm_copy.h"

enum { GATHER_AT_ONCE = 4 };

TCM_KERNEL void gather_bytes__offsets(const void *input, const int16_t *offsets, void *output, int32_t rows,
                                      int32_t row_indices, int32_t run_bytes, int32_t count)
{
    const int8_t *row = input;
    int8_t *next = output;
    for (int32_t i = 0; i < rows; i++) {
        const int16_t *offset = offsets;
        for (int32_t k = 0; k < count / GATHER_AT_ONCE; k++) {
            TCM_UNROLL_SCALAR
            for (int32_t m = 0; m < GATHER_AT_ONCE; m++) {
                next = tcm_copy(next, row + offset[m], run_bytes);
            }
            offset += GATHER_AT_ONCE;
        }
        for (int32_t k = 0; k < count % GATHER_AT_ONCE; k++) {
            next = tcm_copy(next, row + offset[k], run_bytes);
        }
        row += row_indices * run_bytes;
    }
}

#endif
