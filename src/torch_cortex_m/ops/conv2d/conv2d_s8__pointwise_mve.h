/* Quantized 1x1 convolution without padding, for MVE: two pixels and four channels at a time. */
#ifndef CONV2D_S8__POINTWISE_MVE_H
#define CONV2D_S8__POINTWISE_MVE_H

#include "tcm_mve_rows.h"

/* Where to read a pixel in whole vectors: a copy, if they would end beyond the input. */
TCM_KERNEL const int8_t *conv2d_s8__pointwise_mve_pixel(const int8_t *pixel, const int8_t *input_end, int8_t *copy,
                                                        int32_t input_channels)
{
    const int32_t vector_bytes = (input_channels + 15) / 16 * 16;
    if (vector_bytes == input_channels || input_end - pixel >= vector_bytes) {
        return pixel;
    }
    tcm_mve_copy(copy, pixel, input_channels);
    return copy;
}

/* Pixels in `rows` rows of `columns`. A last odd pixel of a row is computed alone if `alone` is 1, else again together
 * with its predecessor: that is slower, but less code. */
TCM_KERNEL void conv2d_s8__pointwise_mve(const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch,
                                         int32_t input_elements, int32_t rows, int32_t columns, int32_t alone,
                                         int32_t image_rows, int32_t image_step, int32_t row_step, int32_t column_step,
                                         int32_t input_channels, int32_t output_channels, int32_t rounding,
                                         int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t steps = (input_channels + 15) / 16;
    const int32_t paired = alone ? columns / 2 * 2 : columns;
    const int8_t *input_end = input + input_elements;
    int8_t *copies = (int8_t *)scratch;
    TCM_MVE_OPAQUE(tiles);
    for (int32_t row = 0; row < rows; row++) {
        const int8_t *values = input + (row / image_rows) * image_step + (row % image_rows) * row_step;
        int8_t *outputs = output + row * columns * output_channels;
        for (int32_t x = 0; x < paired; x += 2) {
            const int32_t column = x + 2 > paired ? paired - 2 : x;
            const int8_t *pixel = values + column * column_step;
            const int8_t *first = conv2d_s8__pointwise_mve_pixel(pixel, input_end, copies, input_channels);
            const int8_t *second = conv2d_s8__pointwise_mve_pixel(pixel + column_step, input_end, copies + 16 * steps,
                                                                  input_channels);
            tcm_mve_two_vectors(first, second, tiles, outputs + column * output_channels, output_channels,
                                output_channels, steps, rounding, output_offset, activation_min, activation_max);
        }
        if (paired < columns) {
            const int8_t *last = conv2d_s8__pointwise_mve_pixel(values + paired * column_step, input_end, copies,
                                                                input_channels);
            tcm_mve_one_vector(last, tiles, outputs + paired * output_channels, output_channels, steps, rounding,
                               output_offset, activation_min, activation_max);
        }
    }
}

#endif
