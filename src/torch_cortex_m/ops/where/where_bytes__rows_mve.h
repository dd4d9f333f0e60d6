/* One of two bytes, as a truth value says, with broadcasting for MVE, sixteen at a time. */
#ifndef WHERE_BYTES__ROWS_MVE_H
#define WHERE_BYTES__ROWS_MVE_H

#include "tcm_select.h"

TCM_KERNEL void where_bytes_run_of_vectors(const int8_t *condition, const int8_t *a, int32_t a_stride, const int8_t *b,
                                           int32_t b_stride, int8_t *output, int32_t size)
{
    uint32_t predicate;
    __asm__ volatile("vmrs %[predicate], p0\n"
                     ".if !%c[a_stride]\n vdup.8 q1, %[repeated_a]\n.endif\n"
                     ".if !%c[b_stride]\n vdup.8 q2, %[repeated_b]\n.endif\n"
                     "wlstp.8 lr, %[size], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[condition]], #16\n"
                     ".if %c[a_stride]\n vldrb.8 q1, [%[a]], #16\n.endif\n"
                     ".if %c[b_stride]\n vldrb.8 q2, [%[b]], #16\n.endif\n"
                     "vcmp.i8 ne, q0, zr\n"
                     "vpsel q0, q1, q2\n"
                     "vstrb.8 q0, [%[output]], #16\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     "vmsr p0, %[predicate]\n"
                     : [condition] "+&l"(condition), [a] "+&l"(a), [b] "+&l"(b), [output] "+&l"(output),
                       [predicate] "=&r"(predicate)
                     : [size] "r"(size), [repeated_a] "r"(*a), [repeated_b] "r"(*b), [a_stride] "i"(a_stride),
                       [b_stride] "i"(b_stride)
                     : "lr", "q0", "q1", "q2", "cc", "memory");
}

TCM_KERNEL void where_bytes__rows_mve(const void *condition, const void *input, const void *other, void *output,
                                       TCM_SELECT_PARAMETERS)
{
    TCM_SELECT_BY(where_bytes_run_of_vectors)
}

#endif
