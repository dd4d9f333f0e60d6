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

/* round(sum / divisor), ties up. */
TCM_KERNEL int32_t tcm_pool_mean_up(int32_t sum, int32_t divisor)
{
    const int32_t numerator = sum + divisor / 2;
    return numerator >= 0 ? numerator / divisor : -((divisor - 1 - numerator) / divisor);
}

/* Sizes, windows, divisor and activation of average pooling over NHWC int8. */
typedef struct {
    int32_t batches;
    int32_t input_height;
    int32_t input_width;
    int32_t input_channels;
    int32_t output_height;
    int32_t output_width;
    int32_t kernel_height;
    int32_t kernel_width;
    int32_t stride_height;
    int32_t stride_width;
    int32_t padding_top;
    int32_t padding_left;
    int32_t padding_bottom;
    int32_t padding_right;
    int32_t count_include_pad;
    int32_t divisor_override;
    int32_t padding_value;
    int32_t adaptive;
    int32_t activation_min;
    int32_t activation_max;
} tcm_average;

/* Means over fixed or adaptive windows, element by element. */
TCM_KERNEL void tcm_pool_average(const int8_t *input, int8_t *output, const tcm_average p, int32_t ties_up)
{
    for (int32_t row = 0; row < p.batches * p.output_height; row++) {
        const int8_t *image = input + (row / p.output_height) * p.input_height * p.input_width * p.input_channels;
        const tcm_pool_range vertical =
            tcm_pool_window(row % p.output_height, p.input_height, p.output_height, p.kernel_height, p.stride_height,
                            p.padding_top, p.padding_bottom, p.adaptive);
        const tcm_pool_range ys = tcm_pool_inputs(vertical, p.input_height);
        for (int32_t column = 0; column < p.output_width; column++) {
            const tcm_pool_range horizontal =
                tcm_pool_window(column, p.input_width, p.output_width, p.kernel_width, p.stride_width, p.padding_left,
                                p.padding_right, p.adaptive);
            const tcm_pool_range xs = tcm_pool_inputs(horizontal, p.input_width);
            const int32_t inputs = (ys.end - ys.start) * (xs.end - xs.start);
            int32_t divisor = inputs;
            if (p.divisor_override != 0) {
                divisor = p.divisor_override;
            } else if (p.count_include_pad) {
                divisor = (vertical.end - vertical.start) * (horizontal.end - horizontal.start);
            }
            for (int32_t channel = 0; channel < p.input_channels; channel++) {
                int32_t sum = (divisor - inputs) * p.padding_value;
                for (int32_t y = ys.start; y < ys.end; y++) {
                    for (int32_t x = xs.start; x < xs.end; x++) {
                        sum += image[(y * p.input_width + x) * p.input_channels + channel];
                    }
                }
                const int32_t mean = ties_up ? tcm_pool_mean_up(sum, divisor) : tcm_pool_mean(sum, divisor);
                *output++ = (int8_t)tcm_clamp(mean, p.activation_min, p.activation_max);
            }
        }
    }
}

#endif
