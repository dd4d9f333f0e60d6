/* Quantized subtraction for cores with the DSP extension: the linear form of add, with a negative factor. */
#ifndef SUB_S8__WORDS_DSP_H
#define SUB_S8__WORDS_DSP_H

#include "add_s8__words_dsp.h"
#include "tcm_broadcast.h"

TCM_KERNEL void sub_s8__words_dsp(const int8_t *input, const int8_t *other, int8_t *output, TCM_BROADCAST_PARAMETERS,
                                  int32_t input_factor, int32_t other_factor, int32_t addend, int32_t common_shift,
                                  int32_t activation_min, int32_t activation_max)
{
    add_s8__words_dsp(input, other, output, TCM_BROADCAST_ARGUMENTS, 1, input_factor, other_factor, addend,
                      common_shift, 0, 0, 0, 0, 0, 0, 0, 0, activation_min, activation_max);
}

#endif
