/* The phases of a transposed convolution: places of the output that lie a stride apart, and are an ordinary convolution. */
#ifndef TCM_PHASES_H
#define TCM_PHASES_H

#include "tcm.h"

/* The outputs of a phase along one axis: ``count`` of them from ``first`` on, a stride apart. The last tap of the window
 * of the first one is at place ``last`` of the input, those of the others at the following ones. */
typedef struct {
    int32_t first;
    int32_t count;
    int32_t last;
} tcm_phase;

TCM_KERNEL tcm_phase tcm_phase_of(int32_t phase, int32_t stride, int32_t padding, int32_t output_size)
{
    tcm_phase result;
    result.first = (phase + stride - padding % stride) % stride;
    result.count = (output_size - result.first + stride - 1) / stride;
    result.last = (result.first + padding - phase) / stride;
    return result;
}

#endif
