/* Maximum pooling for MVE: sixteen channels at a time. */
#ifndef MAX_POOL2D_S8__LANES_MVE_H
#define MAX_POOL2D_S8__LANES_MVE_H

#include "tcm.h"

/* One output from the inputs of its window: `rows` x `columns` pixels, which may be none. */
TCM_KERNEL void max_pool2d_s8__lanes_mve_pixel(const int8_t *window, int8_t *output, int32_t rows, int32_t columns,
                                               int32_t row_step, int32_t pixel_step, int32_t channels,
                                               int32_t activation_min, int32_t activation_max)
{
    const int8_t *pixel;
    const int8_t *row;
    int32_t count;
    int32_t rest = channels;
    __asm__ volatile("wlstp.8 lr, %[rest], 5f\n"
                     "1:\n"
                     "mov %[count], %[low]\n"
                     "vdup.8 q0, %[count]\n"
                     "mov %[row], %[window]\n"
                     "movs %[rest], %[rows]\n"
                     "beq 4f\n"
                     "2:\n"
                     "mov %[pixel], %[row]\n"
                     "mov %[count], %[columns]\n"
                     "3:\n"
                     "vldrb.8 q1, [%[pixel]]\n"
                     "add %[pixel], %[pixel], %[pixel_step]\n"
                     "vmax.s8 q0, q0, q1\n"
                     "subs %[count], %[count], #1\n"
                     "bne 3b\n"
                     "add %[row], %[row], %[row_step]\n"
                     "subs %[rest], %[rest], #1\n"
                     "bne 2b\n"
                     "4:\n"
                     ".if %c[high] < 127\n mov %[rest], %[high]\n vdup.8 q1, %[rest]\n vmin.s8 q0, q0, q1\n.endif\n"
                     "vstrb.8 q0, [%[output]], #16\n"
                     "add %[window], %[window], #16\n"
                     "letp lr, 1b\n"
                     "5:\n"
                     : [window] "+&r"(window), [output] "+&r"(output), [pixel] "=&r"(pixel), [row] "=&r"(row),
                       [count] "=&r"(count), [rest] "+&r"(rest)
                     : [rows] "r"(rows), [columns] "r"(columns), [row_step] "r"(row_step),
                       [pixel_step] "r"(pixel_step), [low] "i"(activation_min), [high] "i"(activation_max)
                     : "lr", "q0", "q1", "cc", "memory");
}

/* The places [start, end) of a kernel whose inputs, `dilation` apart from `first` on, are in [0, size). */
typedef struct {
    int32_t start;
    int32_t end;
} max_pool2d_places;

TCM_KERNEL max_pool2d_places max_pool2d_inside(int32_t first, int32_t dilation, int32_t kernel, int32_t size)
{
    max_pool2d_places places;
    places.start = first < 0 ? (-first + dilation - 1) / dilation : 0;
    places.end = first < size ? tcm_clamp((size - first + dilation - 1) / dilation, 0, kernel) : 0;
    places.start = places.start < places.end ? places.start : places.end;
    return places;
}

TCM_KERNEL void max_pool2d_s8__lanes_mve(const int8_t *input, int8_t *output, int32_t batches, int32_t input_height,
                                         int32_t input_width, int32_t input_channels, int32_t output_height,
                                         int32_t output_width, int32_t kernel_height, int32_t kernel_width,
                                         int32_t stride_height, int32_t stride_width, int32_t padding_top,
                                         int32_t padding_left, int32_t dilation_height, int32_t dilation_width,
                                         int32_t activation_min, int32_t activation_max)
{
    const int32_t row_step = input_width * input_channels;
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int8_t *image = input + (row / output_height) * input_height * row_step;
        const int32_t top = (row % output_height) * stride_height - padding_top;
        const max_pool2d_places ys = max_pool2d_inside(top, dilation_height, kernel_height, input_height);
        for (int32_t column = 0; column < output_width; column++, output += input_channels) {
            const int32_t left = column * stride_width - padding_left;
            const max_pool2d_places xs = max_pool2d_inside(left, dilation_width, kernel_width, input_width);
            const int32_t y = top + ys.start * dilation_height;
            const int32_t x = left + xs.start * dilation_width;
            max_pool2d_s8__lanes_mve_pixel(image + y * row_step + x * input_channels, output,
                                           xs.start < xs.end ? ys.end - ys.start : 0, xs.end - xs.start,
                                           dilation_height * row_step, dilation_width * input_channels, input_channels,
                                           activation_min, activation_max);
        }
    }
}

#endif
