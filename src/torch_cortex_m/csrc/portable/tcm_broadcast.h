/* Functions of two tensors that broadcast: the loops that all of them share.
 *
 * A kernel has the parameters input, other and output, then TCM_BROADCAST_PARAMETERS. A stride of 0 repeats an operand.
 * The compiler removes loops of one turn. */
#ifndef TCM_BROADCAST_H
#define TCM_BROADCAST_H

#include "tcm.h"

#define TCM_BROADCAST_PARAMETERS                                                                                      \
    int32_t size_0, int32_t size_1, int32_t size_2, int32_t size_3, int32_t size_4, int32_t size_5,                   \
        int32_t input_stride_0, int32_t input_stride_1, int32_t input_stride_2, int32_t input_stride_3,               \
        int32_t input_stride_4, int32_t input_stride_5, int32_t other_stride_0, int32_t other_stride_1,               \
        int32_t other_stride_2, int32_t other_stride_3, int32_t other_stride_4, int32_t other_stride_5

#define TCM_BROADCAST_ARGUMENTS                                                                                       \
    size_0, size_1, size_2, size_3, size_4, size_5, input_stride_0, input_stride_1, input_stride_2, input_stride_3,   \
        input_stride_4, input_stride_5, other_stride_0, other_stride_1, other_stride_2, other_stride_3,               \
        other_stride_4, other_stride_5

/* Before a statement that computes *output of input[a] and other[b]. */
#define TCM_FOR_EACH_PAIR(a, b)                                                                                       \
    for (int32_t i0 = 0; i0 < size_0; i0++)                                                                           \
        for (int32_t i1 = 0; i1 < size_1; i1++)                                                                       \
            for (int32_t i2 = 0; i2 < size_2; i2++)                                                                   \
                for (int32_t i3 = 0; i3 < size_3; i3++)                                                               \
                    for (int32_t i4 = 0; i4 < size_4; i4++)                                                           \
                        for (int32_t i5 = 0,                                                                          \
                                     a = i0 * input_stride_0 + i1 * input_stride_1 + i2 * input_stride_2 +            \
                                         i3 * input_stride_3 + i4 * input_stride_4,                                   \
                                     b = i0 * other_stride_0 + i1 * other_stride_1 + i2 * other_stride_2 +            \
                                         i3 * other_stride_3 + i4 * other_stride_4;                                   \
                             i5 < size_5; i5++, a += input_stride_5, b += other_stride_5, output++)

/* Before a statement that does so for the innermost loop: size_5 outputs, of operands from input[a] and other[b] on. */
#define TCM_FOR_EACH_RUN(a, b)                                                                                        \
    for (int32_t i0 = 0; i0 < size_0; i0++)                                                                           \
        for (int32_t i1 = 0; i1 < size_1; i1++)                                                                       \
            for (int32_t i2 = 0; i2 < size_2; i2++)                                                                   \
                for (int32_t i3 = 0; i3 < size_3; i3++)                                                               \
                    for (int32_t i4 = 0,                                                                              \
                                 a = i0 * input_stride_0 + i1 * input_stride_1 + i2 * input_stride_2 +                \
                                     i3 * input_stride_3,                                                             \
                                 b = i0 * other_stride_0 + i1 * other_stride_1 + i2 * other_stride_2 +                \
                                     i3 * other_stride_3;                                                             \
                         i4 < size_4; i4++, a += input_stride_4, b += other_stride_4, output += size_5)

/* An operand in the scale that both share. */
TCM_KERNEL int32_t tcm_rescale_operand(int32_t value, int32_t offset, int32_t left_shift, int32_t multiplier,
                                       int32_t shift)
{
    return tcm_requantize((int32_t)((uint32_t)(value + offset) << left_shift), multiplier, shift);
}

#endif
