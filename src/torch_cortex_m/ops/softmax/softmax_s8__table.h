/* Softmax over rows of int8 by a table of exponentials, in Q0.31, of the differences to a row's largest value: 0, -1,
 * ... From the difference -``entries`` on they are zero. */
#ifndef SOFTMAX_S8__TABLE_H
#define SOFTMAX_S8__TABLE_H

#include "tcm_softmax.h"

TCM_KERNEL void softmax_s8__table(const int8_t *input, const int32_t *table, int8_t *output, int32_t rows,
                                  int32_t row_size, int32_t entries)
{
    for (int32_t row = 0; row < rows; row++) {
        const int32_t largest = tcm_softmax_largest(input, row_size);
        uint32_t sum = 0;
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t index = largest - input[i];
            if (entries > 255 || index < entries) {
                sum += tcm_softmax_summand((uint32_t)table[index]);
            }
        }
        const tcm_softmax_scale scale = tcm_softmax_invert(sum);
        for (int32_t i = 0; i < row_size; i++) {
            const int32_t index = largest - input[i];
            int8_t value = -128;
            if (entries > 255 || index < entries) {
                value = tcm_softmax_output((uint32_t)table[index], scale);
            }
            output[i] = value;
        }
        input += row_size;
        output += row_size;
    }
}

#endif
