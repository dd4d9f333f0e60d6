/* Softmax over rows of int8 by CMSIS-NN, which has no status to give. */
#ifndef SOFTMAX_S8__CMSIS_NN_H
#define SOFTMAX_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t softmax_s8__cmsis_nn(const int8_t *input, int8_t *output, int32_t rows, int32_t row_size,
                                        int32_t input_multiplier, int32_t input_left_shift, int32_t diff_min)
{
    arm_softmax_s8(input, rows, row_size, input_multiplier, input_left_shift, diff_min, output);
    return 0;
}

#endif
