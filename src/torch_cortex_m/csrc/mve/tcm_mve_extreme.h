/* The larger or the smaller of signed bytes for MVE, sixteen at a time. */
#ifndef TCM_MVE_EXTREME_H
#define TCM_MVE_EXTREME_H

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

#endif
