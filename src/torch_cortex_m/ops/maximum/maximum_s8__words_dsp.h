/* The larger of two values with broadcasting for cores with the DSP extension: int8. */
#ifndef MAXIMUM_S8__WORDS_DSP_H
#define MAXIMUM_S8__WORDS_DSP_H

#include "tcm_dsp_extreme.h"

TCM_KERNEL void maximum_s8__words_dsp(const int8_t *input, const int8_t *other, int8_t *output,
                                      TCM_BROADCAST_PARAMETERS)
{
    tcm_extreme_of_pairs(input, other, output, TCM_BROADCAST_ARGUMENTS, 1);
}

#endif
