/* Reordering of dimensions: the output is written in order; what lies together in the input is copied at once, and what
 * does not, several elements per turn of the innermost loop. */
#ifndef TRANSPOSE_S8__RUNS_H
#define TRANSPOSE_S8__RUNS_H

#include "tcm_copy.h"

#if defined(__ARM_ARCH_6M__)
enum { TRANSPOSE_AT_ONCE = 4 }; /* Fewer registers and short offsets. */
#else
enum { TRANSPOSE_AT_ONCE = 16 };
#endif

/* Copies ``count`` elements, ``stride`` apart, and returns the end of the copy. */
TCM_KERNEL int8_t *transpose_s8_run(int8_t *output, const int8_t *input, int32_t count, int32_t stride)
{
    if (stride == 1) {
        return tcm_copy(output, input, count);
    }
    for (int32_t i = 0; i < count / TRANSPOSE_AT_ONCE; i++) {
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < TRANSPOSE_AT_ONCE; k++) {
            output[k] = input[k * stride];
        }
        output += TRANSPOSE_AT_ONCE;
        input += TRANSPOSE_AT_ONCE * stride;
    }
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < count % TRANSPOSE_AT_ONCE; i++) {
        *output++ = input[i * stride];
    }
    return output;
}

TCM_KERNEL void transpose_s8__runs(const int8_t *input, int8_t *output, int32_t size_0, int32_t size_1, int32_t size_2,
                                   int32_t size_3, int32_t size_4, int32_t size_5, int32_t input_stride_0,
                                   int32_t input_stride_1, int32_t input_stride_2, int32_t input_stride_3,
                                   int32_t input_stride_4, int32_t input_stride_5)
{
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++) {
                        const int8_t *run = input + i0 * input_stride_0 + i1 * input_stride_1 + i2 * input_stride_2 +
                                            i3 * input_stride_3 + i4 * input_stride_4;
                        output = transpose_s8_run(output, run, size_5, input_stride_5);
                    }
                }
            }
        }
    }
}

#endif
