/* Softmax over rows of int8 of which a mask leaves elements out, by a table of exponentials as softmax_s8__table has it.
 * mask: mask_rows rows, over and over; what it is not zero for does not count. */
#ifndef SOFTMAX_S8__MASKED_TABLE_H
#define SOFTMAX_S8__MASKED_TABLE_H

#include "tcm_softmax.h"

/* The exponential of an element; 0 where it is left out. */
TCM_KERNEL uint32_t softmax_s8_masked_term(int32_t index, int32_t left_out, const int32_t *table, int32_t entries)
{
    return left_out == 0 && (entries > 255 || index < entries) ? (uint32_t)table[index] : 0;
}

TCM_KERNEL void softmax_s8__masked_table(const int8_t *input, const uint8_t *mask, const int32_t *table,
                                         int8_t *output, int32_t rows, int32_t row_size, int32_t mask_rows,
                                         int32_t entries)
{
    int32_t mask_row = 0;
    for (int32_t row = 0; row < rows; row++) {
        const uint8_t *left_out = mask + mask_row * row_size;
        mask_row = mask_row + 1 < mask_rows ? mask_row + 1 : 0;
        int32_t largest = -128;
        for (int32_t i = 0; i < row_size; i++) {
            largest = left_out[i] == 0 && input[i] > largest ? input[i] : largest;
        }
        uint32_t sum = 0;
        for (int32_t i = 0; i < row_size; i++) {
            /* Elements that are left out may be larger. */
            sum += tcm_softmax_summand(softmax_s8_masked_term(largest - input[i], left_out[i], table, entries));
        }
        /* Without any element, all products are zero. */
        const tcm_softmax_scale scale = tcm_softmax_invert(sum > 0 ? sum : 1);
        for (int32_t i = 0; i < row_size; i++) {
            const uint32_t term = softmax_s8_masked_term(largest - input[i], left_out[i], table, entries);
            output[i] = tcm_softmax_output(term, scale);
        }
        input += row_size;
        output += row_size;
    }
}

#endif
