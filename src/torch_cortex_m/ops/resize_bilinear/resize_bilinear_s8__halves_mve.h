/* Bilinear interpolation of eight channels at a time for MVE: NHWC int8, places in 1 / 2^fraction_bits pixel, 1 to 3
 * bits. Weighted sums fit 16 bits. */
#ifndef RESIZE_BILINEAR_S8__HALVES_MVE_H
#define RESIZE_BILINEAR_S8__HALVES_MVE_H

#include <arm_mve.h>

#include "tcm_resize.h"

TCM_KERNEL void resize_bilinear_s8_halves(const int8_t *pixel, int32_t down, int32_t right,
                                          const tcm_resize_weights *weights, int32_t bits, int8_t *output)
{
    int16x8_t sums = vmulq_n_s16(vldrbq_s16(pixel), (int16_t)weights->upper_left);
    sums = vmlaq_n_s16(sums, vldrbq_s16(pixel + right), (int16_t)weights->upper_right);
    sums = vmlaq_n_s16(sums, vldrbq_s16(pixel + down), (int16_t)weights->lower_left);
    sums = vmlaq_n_s16(sums, vldrbq_s16(pixel + down + right), (int16_t)weights->lower_right);
    /* 1 less for what is negative makes its ties round away from zero. */
    sums = vaddq_s16(sums, vshrq_n_s16(sums, 15));
    vstrbq_s16(output, vrshlq_n_s16(sums, -2 * bits));
}

TCM_KERNEL void resize_bilinear_s8__halves_mve(const int8_t *input, const int32_t *rows, const int32_t *columns,
                                               int8_t *output, TCM_RESIZE_PARAMETERS)
{
    TCM_RESIZE_BY(resize_bilinear_s8_halves, 8)
}

#endif
