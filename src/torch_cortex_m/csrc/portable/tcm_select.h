/* Choosing between two tensors that broadcast together with a third of truth values: the loops that kernels share.
 *
 * A kernel has the parameters condition, input, other and output, then TCM_SELECT_PARAMETERS. A stride of 0 repeats an
 * operand; the innermost strides are 0 or 1. */
#ifndef TCM_SELECT_H
#define TCM_SELECT_H

#include "tcm_copy.h"

#define TCM_SELECT_PARAMETERS                                                                                         \
    int32_t size_0, int32_t size_1, int32_t size_2, int32_t size_3, int32_t size_4, int32_t size_5,                   \
        int32_t condition_stride_0, int32_t condition_stride_1, int32_t condition_stride_2,                           \
        int32_t condition_stride_3, int32_t condition_stride_4, int32_t condition_stride_5,                           \
        int32_t input_stride_0, int32_t input_stride_1, int32_t input_stride_2, int32_t input_stride_3,               \
        int32_t input_stride_4, int32_t input_stride_5, int32_t other_stride_0, int32_t other_stride_1,               \
        int32_t other_stride_2, int32_t other_stride_3, int32_t other_stride_4, int32_t other_stride_5

#define TCM_SELECT_PLACE(name)                                                                                        \
    i0 * name##_stride_0 + i1 * name##_stride_1 + i2 * name##_stride_2 + i3 * name##_stride_3 + i4 * name##_stride_4

/* Before a statement that computes size_5 outputs from places c, a and b of the three on. */
#define TCM_FOR_EACH_SELECTION(c, a, b)                                                                               \
    for (int32_t i0 = 0; i0 < size_0; i0++)                                                                           \
        for (int32_t i1 = 0; i1 < size_1; i1++)                                                                       \
            for (int32_t i2 = 0; i2 < size_2; i2++)                                                                   \
                for (int32_t i3 = 0; i3 < size_3; i3++)                                                               \
                    for (int32_t i4 = 0, c = TCM_SELECT_PLACE(condition), a = TCM_SELECT_PLACE(input),                \
                                 b = TCM_SELECT_PLACE(other);                                                         \
                         i4 < size_4; i4++, c += condition_stride_4, a += input_stride_4, b += other_stride_4,        \
                                 next += size_5)

/* A run that is one operand alone. */
TCM_KERNEL void tcm_select_all(const int8_t *chosen, int32_t stride, int8_t *output, int32_t size)
{
    if (stride == 0) {
        tcm_fill(output, *chosen, size);
    } else {
        tcm_copy(output, chosen, size);
    }
}

/* Computes the output in runs: those of one truth value are one operand alone, others are RUN(condition, input, its
 * stride, other, its stride, output, size). */
#define TCM_SELECT_BY(RUN)                                                                                            \
    const int8_t *truths = condition;                                                                                 \
    const int8_t *inputs = input;                                                                                     \
    const int8_t *others = other;                                                                                     \
    int8_t *next = output;                                                                                            \
    TCM_FOR_EACH_SELECTION(c, a, b)                                                                                   \
    {                                                                                                                 \
        if (condition_stride_5 != 0) {                                                                                \
            RUN(truths + c, inputs + a, input_stride_5, others + b, other_stride_5, next, size_5);                    \
        } else if (truths[c] != 0) {                                                                                  \
            tcm_select_all(inputs + a, input_stride_5, next, size_5);                                                 \
        } else {                                                                                                      \
            tcm_select_all(others + b, other_stride_5, next, size_5);                                                 \
        }                                                                                                             \
    }

#endif
