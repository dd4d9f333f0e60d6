/* Bilinear interpolation between the pixels of an image, portable reference: NHWC int8, places in 1/1024 pixel. */
#ifndef RESIZE_BILINEAR_S8__REF_H
#define RESIZE_BILINEAR_S8__REF_H

#include "tcm.h"

/* round((p * (1024 - fraction) + q * fraction) ...) of both directions, ties away from zero. */
TCM_KERNEL int8_t resize_bilinear_s8_mean(const int8_t *upper, const int8_t *lower, int32_t right, int32_t down_part,
                                          int32_t right_part)
{
    const int32_t above = upper[0] * (1024 - right_part) + upper[right] * right_part;
    const int32_t below = lower[0] * (1024 - right_part) + lower[right] * right_part;
    const int32_t sum = above * (1024 - down_part) + below * down_part;
    const int32_t half = INT32_C(1) << 19;
    return (int8_t)((sum > 0 ? sum + half : sum - half) / (INT32_C(1) << 20));
}

TCM_KERNEL void resize_bilinear_s8__ref(const int8_t *input, const int32_t *rows, const int32_t *columns,
                                        int8_t *output, int32_t batches, int32_t input_height, int32_t input_width,
                                        int32_t channels, int32_t output_height, int32_t output_width)
{
    for (int32_t batch = 0; batch < batches; batch++) {
        const int8_t *image = input + batch * input_height * input_width * channels;
        for (int32_t y = 0; y < output_height; y++) {
            const int32_t down = rows[y] % 1024;
            const int8_t *upper = image + rows[y] / 1024 * input_width * channels;
            const int8_t *lower = upper + (down > 0 ? input_width * channels : 0);
            for (int32_t x = 0; x < output_width; x++) {
                const int32_t part = columns[x] % 1024;
                const int32_t first = columns[x] / 1024 * channels;
                const int32_t right = part > 0 ? channels : 0;
                for (int32_t channel = first; channel < first + channels; channel++) {
                    *output++ = resize_bilinear_s8_mean(upper + channel, lower + channel, right, down, part);
                }
            }
        }
    }
}

#endif
