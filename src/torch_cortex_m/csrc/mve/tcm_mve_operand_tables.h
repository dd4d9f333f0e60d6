/* Functions of two tensors that broadcast for MVE, whose operands are looked up first, eight at a time: tables of 256 int16
 * values for 0 to 127, then for -128 to -1. */
#ifndef TCM_MVE_OPERAND_TABLES_H
#define TCM_MVE_OPERAND_TABLES_H

#include "tcm_broadcast.h"

/* A row of ``elements``; the strides, 0 or 1, say whether a and b are rows, too, instead of one element. */
TCM_KERNEL void tcm_mve_compare_row(const int8_t *a, int32_t a_stride, const int8_t *b, int32_t b_stride,
                                    const int16_t *a_ranks, const int16_t *b_ranks, uint8_t *output, int32_t elements,
                                    int32_t less, int32_t negated)
{
    uint32_t predicate;
    __asm__ volatile("vmrs %[predicate], p0\n"
                     "vmov.i16 q2, #(1 - %c[negated])\n"
                     "vmov.i16 q3, #%c[negated]\n"
                     "vdup.16 q0, %[a_rank]\n"
                     "vdup.16 q1, %[b_rank]\n"
                     "wlstp.16 lr, %[elements], 2f\n"
                     "1:\n"
                     ".if %c[a_stride]\n"
                     "vldrb.u16 q4, [%[a]], #8\n"
                     "vldrh.u16 q0, [%[a_ranks], q4, uxtw #1]\n"
                     ".endif\n"
                     ".if %c[b_stride]\n"
                     "vldrb.u16 q5, [%[b]], #8\n"
                     "vldrh.u16 q1, [%[b_ranks], q5, uxtw #1]\n"
                     ".endif\n"
                     ".if %c[less]\n vcmp.s16 lt, q0, q1\n.else\n vcmp.i16 eq, q0, q1\n.endif\n"
                     "vpsel q4, q2, q3\n"
                     "vstrb.16 q4, [%[output]], #8\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     "vmsr p0, %[predicate]\n"
                     : [a] "+&l"(a), [b] "+&l"(b), [output] "+&l"(output), [predicate] "=&r"(predicate)
                     : [elements] "r"(elements), [a_ranks] "r"(a_ranks), [b_ranks] "r"(b_ranks),
                       [a_rank] "r"((int32_t)a_ranks[(uint8_t)*a]), [b_rank] "r"((int32_t)b_ranks[(uint8_t)*b]),
                       [a_stride] "i"(a_stride), [b_stride] "i"(b_stride), [less] "i"(less), [negated] "i"(negated)
                     : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "cc", "memory");
}

/* As tcm_compare_ranks; the innermost strides are 0 or 1. */
TCM_KERNEL void tcm_mve_compare_ranks(const int8_t *input, const int8_t *other, const int16_t *input_ranks,
                                      const int16_t *other_ranks, uint8_t *output, TCM_BROADCAST_PARAMETERS,
                                      int32_t less, int32_t negated)
{
    TCM_FOR_EACH_RUN(a, b)
    {
        tcm_mve_compare_row(input + a, input_stride_5, other + b, other_stride_5, input_ranks, other_ranks, output,
                            size_5, less, negated);
    }
}

#endif
