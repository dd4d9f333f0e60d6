/* Transposition of matrices for cores with the DSP extension: blocks of four rows and four columns. */
#ifndef TRANSPOSE_S8__BLOCKS_DSP_H
#define TRANSPOSE_S8__BLOCKS_DSP_H

#include "tcm_dsp.h"
#include "tcm_matrices.h"

TCM_KERNEL void transpose_s8_words(const int8_t *input, int32_t column_stride, int8_t *output, int32_t row_stride)
{
    uint32_t a = tcm_load_word(input);
    uint32_t b = tcm_load_word(input + column_stride);
    uint32_t c = tcm_load_word(input + 2 * column_stride);
    const uint32_t d = tcm_load_word(input + 3 * column_stride);
    uint32_t t;
    /* Bytes 0 and 2 of a and b to t, 1 and 3 to a; those of c and d to b and c. */
    __asm__("uadd8 %[t], %[even], %[even]\n\t"
            "lsl %[t], %[b], #8\n\t"
            "sel %[t], %[a], %[t]\n\t"
            "lsr %[a], %[a], #8\n\t"
            "sel %[a], %[a], %[b]\n\t"
            "lsl %[b], %[d], #8\n\t"
            "sel %[b], %[c], %[b]\n\t"
            "lsr %[c], %[c], #8\n\t"
            "sel %[c], %[c], %[d]"
            : [a] "+&r"(a), [b] "+&r"(b), [c] "+&r"(c), [t] "=&r"(t)
            : [d] "r"(d), [even] "r"(UINT32_C(0x00800080))
            : "cc");
    tcm_store_bytes(output, tcm_pack_low(t, b), 4);
    tcm_store_bytes(output + row_stride, tcm_pack_low(a, c), 4);
    tcm_store_bytes(output + 2 * row_stride, tcm_pack_high(t, b), 4);
    tcm_store_bytes(output + 3 * row_stride, tcm_pack_high(a, c), 4);
}

TCM_KERNEL void transpose_s8__blocks_dsp(const int8_t *input, int8_t *output, TCM_MATRICES_PARAMETERS)
{
    TCM_FOR_EACH_MATRIX(from, to)
    {
        for (int32_t next_row = 0; next_row < rows; next_row += 4) {
            const int32_t row = tcm_matrix_block(next_row, 4, rows);
            for (int32_t next = 0; next < columns; next += 4) {
                const int32_t column = tcm_matrix_block(next, 4, columns);
                transpose_s8_words(input + from + row + column * column_stride, column_stride,
                                   output + to + row * row_stride + column, row_stride);
            }
        }
    }
}

#endif
