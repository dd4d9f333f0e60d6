/* The larger or the smaller of signed bytes for MVE, sixteen at a time. */
#ifndef TCM_MVE_EXTREME_H
#define TCM_MVE_EXTREME_H

#include <arm_mve.h>

#include "tcm_broadcast.h"

/* A row of ``elements``; ``both`` says whether b is a row, too, instead of one element. */
TCM_KERNEL void tcm_mve_extreme_row(const int8_t *a, const int8_t *b, int8_t *output, int32_t elements, int32_t both,
                                    int32_t largest)
{
    __asm__ volatile(".if !%c[both]\n vdup.8 q1, %[element]\n.endif\n"
                     "wlstp.8 lr, %[elements], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[a]], #16\n"
                     ".if %c[both]\n vldrb.8 q1, [%[b]], #16\n.endif\n"
                     ".if %c[largest]\n vmax.s8 q0, q0, q1\n.else\n vmin.s8 q0, q0, q1\n.endif\n"
                     "vstrb.8 q0, [%[output]], #16\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [a] "+&l"(a), [b] "+&l"(b), [output] "+&l"(output)
                     : [elements] "r"(elements), [element] "r"(*b), [both] "i"(both), [largest] "i"(largest)
                     : "lr", "q0", "q1", "cc", "memory");
}

/* Of two tensors that broadcast; the innermost strides are 0 or 1. */
TCM_KERNEL void tcm_mve_extreme_of_pairs(const int8_t *input, const int8_t *other, int8_t *output,
                                         TCM_BROADCAST_PARAMETERS, int32_t largest)
{
    TCM_FOR_EACH_RUN(a, b)
    {
        if (input_stride_5 == 0) {
            tcm_mve_extreme_row(other + b, input + a, output, size_5, 0, largest);
        } else if (other_stride_5 == 0) {
            tcm_mve_extreme_row(input + a, other + b, output, size_5, 0, largest);
        } else {
            tcm_mve_extreme_row(input + a, other + b, output, size_5, 1, largest);
        }
    }
}

/* Of ``count`` times sixteen neighbours, ``step`` bytes apart, a literal. */
TCM_KERNEL void tcm_mve_extreme_column(const int8_t *values, int32_t step, int32_t count, int8_t *output,
                                       int32_t largest)
{
    __asm__ volatile("vldrb.8 q0, [%[values]]\n"
                     "dls lr, %[count]\n"
                     "1:\n"
                     ".if %c[step] < 128\n"
                     "vldrb.8 q1, [%[values]], #%c[step]\n"
                     ".else\n"
                     "vldrb.8 q1, [%[values]]\n"
                     "add %[values], %[values], %[distance]\n"
                     ".endif\n"
                     ".if %c[largest]\n vmax.s8 q0, q0, q1\n.else\n vmin.s8 q0, q0, q1\n.endif\n"
                     "le lr, 1b\n"
                     "vstrb.8 q0, [%[output]]\n"
                     : [values] "+&l"(values)
                     : [output] "l"(output), [count] "r"(count), [distance] "r"(step), [step] "i"(step),
                       [largest] "i"(largest)
                     : "lr", "q0", "q1", "memory");
}

/* Of ``count`` neighbours. */
TCM_KERNEL int8_t tcm_mve_extreme_of_row(const int8_t *values, int32_t count, int32_t largest)
{
    int32_t extreme = *values;
    __asm__ volatile("vdup.8 q0, %[extreme]\n"
                     "wlstp.8 lr, %[count], 2f\n"
                     "1:\n"
                     "vldrb.8 q1, [%[values]], #16\n"
                     ".if %c[largest]\n vmax.s8 q0, q0, q1\n.else\n vmin.s8 q0, q0, q1\n.endif\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     ".if %c[largest]\n vmaxv.s8 %[extreme], q0\n.else\n vminv.s8 %[extreme], q0\n.endif\n"
                     : [values] "+&l"(values), [extreme] "+&r"(extreme)
                     : [count] "r"(count), [largest] "i"(largest)
                     : "lr", "q0", "q1", "cc", "memory");
    return (int8_t)extreme;
}

/* Whether one of sixteen neighbours is this value. */
TCM_KERNEL int32_t tcm_mve_has(const int8_t *values, int8_t value)
{
    return vcmpeqq_n_s8(vld1q_s8(values), value) != 0;
}

#endif
