/* Any function of one int8 for MVE, sixteen at a time: table has the outputs for 0 to 127, then for -128 to -1. */
#ifndef TABLE_S8__GATHER_MVE_H
#define TABLE_S8__GATHER_MVE_H

#include "tcm.h"

TCM_KERNEL void table_s8__gather_mve(const int8_t *input, const int8_t *table, void *output, int32_t elements)
{
    __asm__ volatile("wlstp.8 lr, %[elements], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[input]], #16\n"
                     "vldrb.u8 q1, [%[table], q0]\n"
                     "vstrb.8 q1, [%[output]], #16\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [input] "+&l"(input), [output] "+&l"(output)
                     : [table] "r"(table), [elements] "r"(elements)
                     : "lr", "q0", "q1", "cc", "memory");
}

#endif
