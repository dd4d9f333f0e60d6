/* Matrix products of int8 tensors for cores with the DSP extension: one vector at a time with all of the other matrix, which
 * is read as it lies. For a few rows or a single column. See tcm_dsp_matmul.h. */
#ifndef BATCH_MATMUL_S8__VECTORS_DSP_H
#define BATCH_MATMUL_S8__VECTORS_DSP_H

#include "tcm_dsp_matmul.h"
#include "tcm_matmul.h"

TCM_KERNEL void batch_matmul_s8__vectors_dsp(const int8_t *input, const int8_t *other, int8_t *output, uint8_t *scratch,
                                             TCM_MATMUL_PARAMETERS, TCM_DSP_MATMUL_PARAMETERS)
{
    TCM_DSP_MATMUL_OPERANDS(left, right, scale);
    const int32_t is_doubled = way == TCM_REQUANTIZE_RIGHT;
    int32_t *const pairs = (int32_t *)(void *)scratch;
    TCM_FOR_EACH_PRODUCT(a, b)
    {
        if (columns == 1) {
            tcm_dsp_vector_of(&right, other + b, is_doubled, pairs);
            tcm_dsp_dots(&left, input + a, rows, pairs, output, &scale);
        } else {
            for (int32_t row = 0; row < rows; row++) {
                tcm_dsp_vector_of(&left, input + a + row * input_row_stride, is_doubled, pairs);
                tcm_dsp_dots(&right, other + b, columns, pairs, output + row * columns, &scale);
            }
        }
    }
}

#endif
