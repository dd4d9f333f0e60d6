/* Softmax over rows of int8 for MVE by a table of exponentials, in Q0.31, of the differences to a row's largest value:
 * 0, -1, ... ``last`` is the table's last place, which stands for all from there on. */
#ifndef SOFTMAX_S8__GATHER_MVE_H
#define SOFTMAX_S8__GATHER_MVE_H

#include "tcm_softmax.h"

TCM_KERNEL int32_t softmax_s8__gather_mve_largest(const int8_t *row, int32_t size)
{
    int32_t largest = -128;
    __asm__ volatile("wlstp.8 lr, %[size], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[row]], #16\n"
                     "vmaxv.s8 %[largest], q0\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [row] "+&l"(row), [largest] "+&r"(largest)
                     : [size] "r"(size)
                     : "lr", "q0", "cc", "memory");
    return largest;
}

/* The sum of a row's exponentials in Q12.19. */
TCM_KERNEL uint32_t softmax_s8__gather_mve_sum(const int8_t *row, int32_t size, int32_t largest, const int32_t *table,
                                               int32_t last)
{
    uint32_t sum = 0;
    __asm__ volatile("vdup.32 q6, %[last]\n"
                     "vdup.32 q7, %[largest]\n"
                     "wlstp.32 lr, %[size], 2f\n"
                     "1:\n"
                     "vldrb.s32 q0, [%[row]], #4\n"
                     "vsub.i32 q0, q7, q0\n"
                     "vmin.u32 q0, q0, q6\n"
                     "vldrw.u32 q1, [%[table], q0, uxtw #2]\n"
                     "vrshr.u32 q1, q1, #12\n"
                     "vaddva.u32 %[sum], q1\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [row] "+&l"(row), [sum] "+&Te"(sum)
                     : [size] "r"(size), [largest] "r"(largest), [table] "r"(table), [last] "r"(last)
                     : "lr", "q0", "q1", "q6", "q7", "cc", "memory");
    return sum;
}

TCM_KERNEL void softmax_s8__gather_mve_outputs(const int8_t *row, int8_t *output, int32_t size, int32_t largest,
                                               const int32_t *table, int32_t last, tcm_softmax_scale scale)
{
    __asm__ volatile("vdup.32 q6, %[last]\n"
                     "vdup.32 q7, %[largest]\n"
                     "vmov.i32 q5, #127\n"
                     "wlstp.32 lr, %[size], 2f\n"
                     "1:\n"
                     "vldrb.s32 q0, [%[row]], #4\n"
                     "vsub.i32 q0, q7, q0\n"
                     "vmin.u32 q0, q0, q6\n"
                     "vldrw.u32 q1, [%[table], q0, uxtw #2]\n"
                     "vqrdmulh.s32 q1, q1, %[factor]\n"
                     "vrshl.s32 q1, %[shift]\n"
                     "vsub.i32 q1, q1, %[offset]\n"
                     "vmin.s32 q1, q1, q5\n"
                     "vstrb.32 q1, [%[output]], #4\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [row] "+&l"(row), [output] "+&l"(output)
                     : [size] "r"(size), [largest] "r"(largest), [table] "r"(table), [last] "r"(last),
                       [factor] "r"(scale.factor >> 1), [shift] "r"(-scale.shift), [offset] "r"(128)
                     : "lr", "q0", "q1", "q5", "q6", "q7", "cc", "memory");
}

TCM_KERNEL void softmax_s8__gather_mve(const int8_t *input, const int32_t *table, int8_t *output, int32_t rows,
                                       int32_t row_size, int32_t last)
{
    for (int32_t row = 0; row < rows; row++, input += row_size, output += row_size) {
        const int32_t largest = softmax_s8__gather_mve_largest(input, row_size);
        const uint32_t sum = softmax_s8__gather_mve_sum(input, row_size, largest, table, last);
        softmax_s8__gather_mve_outputs(input, output, row_size, largest, table, last, tcm_softmax_invert(sum));
    }
}

#endif
