/* Bilinear interpolation of four channels at a time for MVE: NHWC int8, places in 1 / 2^fraction_bits pixel. */
#ifndef RESIZE_BILINEAR_S8__LANES_MVE_H
#define RESIZE_BILINEAR_S8__LANES_MVE_H

#include <arm_mve.h>

#include "tcm_resize.h"

TCM_KERNEL void resize_bilinear_s8_lanes(const int8_t *pixel, int32_t down, int32_t right,
                                         const tcm_resize_weights *weights, int32_t bits, int8_t *output)
{
    int32x4_t sums = vmulq_n_s32(vldrbq_s32(pixel), weights->upper_left);
    sums = vmlaq_n_s32(sums, vldrbq_s32(pixel + right), weights->upper_right);
    sums = vmlaq_n_s32(sums, vldrbq_s32(pixel + down), weights->lower_left);
    sums = vmlaq_n_s32(sums, vldrbq_s32(pixel + down + right), weights->lower_right);
    /* 1 less for what is negative makes its ties round away from zero. */
    sums = vaddq_s32(sums, vshrq_n_s32(sums, 31));
    vstrbq_s32(output, vrshlq_n_s32(sums, -2 * bits));
}

TCM_KERNEL void resize_bilinear_s8__lanes_mve(const int8_t *input, const int32_t *rows, const int32_t *columns,
                                              int8_t *output, TCM_RESIZE_PARAMETERS)
{
    TCM_RESIZE_BY(resize_bilinear_s8_lanes, 4)
}

#endif
