/* Windows and means of average pooling. */
#ifndef TCM_POOL_H
#define TCM_POOL_H

#include "tcm.h"

/* The part [start, end) of one axis that an output's window covers, within the padded input. */
typedef struct {
    int32_t start;
    int32_t end;
} tcm_pool_range;

TCM_KERNEL tcm_pool_range tcm_pool_window(int32_t place, int32_t input_size, int32_t output_size, int32_t kernel,
                                          int32_t stride, int32_t before, int32_t after, int32_t adaptive)
{
    tcm_pool_range range;
    if (adaptive) {
        range.start = place * input_size / output_size;
        range.end = ((place + 1) * input_size + output_size - 1) / output_size;
    } else {
        range.start = place * stride - before;
        range.end = tcm_clamp(range.start + kernel, range.start, input_size + after);
    }
    return range;
}

/* The part of a window that lies within the input. */
TCM_KERNEL tcm_pool_range tcm_pool_inputs(tcm_pool_range window, int32_t input_size)
{
    window.start = tcm_clamp(window.start, 0, input_size);
    window.end = tcm_clamp(window.end, 0, input_size);
    return window;
}

/* The taps of a window that begins at ``start`` that lie within the input; none may be left. */
TCM_KERNEL tcm_pool_range tcm_pool_taps(int32_t start, int32_t input_size, int32_t kernel, int32_t dilation)
{
    tcm_pool_range taps;
    taps.start = start < 0 ? tcm_clamp((dilation - 1 - start) / dilation, 0, kernel) : 0;
    taps.end = start < input_size ? tcm_clamp((input_size - start + dilation - 1) / dilation, 0, kernel) : 0;
    return taps;
}

/* round(sum / divisor), ties away from zero. */
TCM_KERNEL int32_t tcm_pool_mean(int32_t sum, int32_t divisor)
{
    return (sum > 0 ? sum + divisor / 2 : sum - divisor / 2) / divisor;
}

#endif
