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
                                              int8_t *output, int32_t batches, int32_t input_height,
                                              int32_t input_width, int32_t channels, int32_t output_height,
                                              int32_t output_width, int32_t fraction_bits)
{
    const int32_t row_step = input_width * channels;
    for (int32_t i = 0; i < batches * output_height; i++) {
        const tcm_resize_place down = tcm_resized(rows[i % output_height], row_step, fraction_bits);
        const int8_t *upper = input + i / output_height * input_height * row_step + down.first;
        for (int32_t x = 0; x < output_width; x++) {
            const tcm_resize_place right = tcm_resized(columns[x], channels, fraction_bits);
            const tcm_resize_weights weights = tcm_resize_weights_of(down.part, right.part, fraction_bits);
            for (int32_t next = 0; next < channels; next += 4) {
                /* The last block may overlap the one before it. */
                const int32_t start = channels % 4 == 0 || next + 4 <= channels ? next : channels - 4;
                resize_bilinear_s8_lanes(upper + right.first + start, down.step, right.step, &weights, fraction_bits,
                                         output + start);
            }
            output += channels;
        }
    }
}

#endif
