/* Some indices of one dimension that are known, for MVE: of each row, the byte at each offset, eight at a time. */
#ifndef GATHER_BYTES__OFFSETS_MVE_H
#define GATHER_BYTES__OFFSETS_MVE_H

#include "tcm.h"

TCM_KERNEL void gather_bytes__offsets_mve(const void *input, const int16_t *offsets, void *output, int32_t rows,
                                          int32_t row_indices, int32_t count)
{
    const int8_t *row = input;
    int8_t *outputs = output;
    for (int32_t i = 0; i < rows; i++) {
        const int16_t *offset = offsets;
        int8_t *next = outputs;
        __asm__ volatile("wlstp.16 lr, %[count], 2f\n"
                         "1:\n"
                         "vldrh.u16 q0, [%[offset]], #16\n"
                         "vldrb.u16 q1, [%[row], q0]\n"
                         "vstrb.16 q1, [%[next]], #8\n"
                         "letp lr, 1b\n"
                         "2:\n"
                         : [offset] "+&l"(offset), [next] "+&l"(next)
                         : [row] "r"(row), [count] "r"(count)
                         : "lr", "q0", "q1", "cc", "memory");
        row += row_indices;
        outputs += count;
    }
}

#endif
