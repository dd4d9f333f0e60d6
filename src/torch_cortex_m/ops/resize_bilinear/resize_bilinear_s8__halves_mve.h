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
            for (int32_t next = 0; next < channels; next += 8) {
                /* The last block may overlap the one before it. */
                const int32_t start = channels % 8 == 0 || next + 8 <= channels ? next : channels - 8;
                resize_bilinear_s8_halves(upper + right.first + start, down.step, right.step, &weights, fraction_bits,
                                          output + start);
            }
            output += channels;
        }
    }
}

#endif
