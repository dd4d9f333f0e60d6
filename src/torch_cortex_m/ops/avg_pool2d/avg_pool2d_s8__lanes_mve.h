/* Average pooling for MVE: eight channels at a time. */
#ifndef AVG_POOL2D_S8__LANES_MVE_H
#define AVG_POOL2D_S8__LANES_MVE_H

#include "tcm_pool.h"

/* What all channels of an output share: an addend for the padding, half of the divisor, 2^31 / divisor rounded up. */
typedef struct {
    int32_t addend;
    int32_t half;
    uint32_t reciprocal;
    int32_t channels;
} avg_pool2d_mean;

/* Four sums of 32 bits: rounded means, ties away from zero. q2, q3, q6 hold the three values above; q1 changes. */
#define AVG_POOL2D_MEAN(v)                                                                                            \
    "vadd.i32 " v ", " v ", q2\n"                                                                                     \
    "vshr.s32 q1, " v ", #31\n"                                                                                       \
    "vabs.s32 " v ", " v "\n"                                                                                         \
    "vadd.i32 " v ", " v ", q3\n"                                                                                     \
    "vshl.i32 " v ", " v ", #1\n"                                                                                     \
    "vmulh.u32 " v ", " v ", q6\n"                                                                                    \
    "veor " v ", " v ", q1\n"                                                                                         \
    "vsub.i32 " v ", " v ", q1\n"

/* One output from the inputs of its window: `rows` x `columns` pixels, one at least. Sums fit 16 bits within a row, and
 * within the window unless `wide`. */
TCM_KERNEL void avg_pool2d_s8__lanes_mve_pixel(const int8_t *window, int8_t *output, int32_t rows, int32_t columns,
                                               int32_t row_step, int32_t pixel_step, const avg_pool2d_mean *mean,
                                               int32_t wide, int32_t activation_min, int32_t activation_max)
{
    const int8_t *pixel = (const int8_t *)mean;
    const int8_t *row;
    int32_t rest;
    int32_t channels;
    __asm__ volatile("ldr %[rest], [%[pixel]]\n"
                     "vdup.32 q2, %[rest]\n"
                     "ldr %[rest], [%[pixel], #4]\n"
                     "vdup.32 q3, %[rest]\n"
                     "ldr %[rest], [%[pixel], #8]\n"
                     "vdup.32 q6, %[rest]\n"
                     "ldr %[channels], [%[pixel], #12]\n"
                     "vmrs %[rest], p0\n"
                     "push {%[rest]}\n"
                     "1:\n"
                     "vctp.16 %[channels]\n"
                     "vmov.i32 q0, #0\n"
                     "vmov.i32 q4, #0\n"
                     "vmov.i32 q5, #0\n"
                     "mov %[row], %[window]\n"
                     "mov %[rest], %[rows]\n"
                     "2:\n"
                     "mov %[pixel], %[row]\n"
                     "dls lr, %[columns]\n"
                     "3:\n"
                     "vpst\n"
                     "vldrbt.s16 q1, [%[pixel]]\n"
                     "add %[pixel], %[pixel], %[pixel_step]\n"
                     "vadd.i16 q0, q0, q1\n"
                     "le lr, 3b\n"
                     ".if %c[wide]\n"
                     "vmovlb.s16 q1, q0\n"
                     "vadd.i32 q4, q4, q1\n"
                     "vmovlt.s16 q1, q0\n"
                     "vadd.i32 q5, q5, q1\n"
                     "vmov.i32 q0, #0\n"
                     ".endif\n"
                     "add %[row], %[row], %[row_step]\n"
                     "subs %[rest], %[rest], #1\n"
                     "bne 2b\n"
                     ".if !%c[wide]\n"
                     "vmovlb.s16 q4, q0\n"
                     "vmovlt.s16 q5, q0\n"
                     ".endif\n" AVG_POOL2D_MEAN("q4") AVG_POOL2D_MEAN("q5")
                     "vqmovnb.s32 q4, q4\n"
                     "vqmovnt.s32 q4, q5\n"
                     "vqmovnb.s16 q4, q4\n"
                     ".if %c[low] > -128\n mov %[rest], %[low]\n vdup.16 q5, %[rest]\n vmax.s8 q4, q4, q5\n.endif\n"
                     ".if %c[high] < 127\n mov %[rest], %[high]\n vdup.16 q5, %[rest]\n vmin.s8 q4, q4, q5\n.endif\n"
                     "vpst\n"
                     "vstrbt.16 q4, [%[output]], #8\n"
                     "add %[window], %[window], #8\n"
                     "subs %[channels], %[channels], #8\n"
                     "bgt 1b\n"
                     "pop {%[rest]}\n"
                     "vmsr p0, %[rest]\n"
                     : [window] "+&r"(window), [output] "+&l"(output), [pixel] "+&l"(pixel), [row] "=&r"(row),
                       [rest] "=&r"(rest), [channels] "=&r"(channels)
                     : [rows] "r"(rows), [columns] "r"(columns), [row_step] "r"(row_step),
                       [pixel_step] "r"(pixel_step), [wide] "i"(wide), [low] "i"(activation_min),
                       [high] "i"(activation_max)
                     : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "cc", "memory");
}

TCM_KERNEL void avg_pool2d_s8__lanes_mve(const int8_t *input, int8_t *output, int32_t batches, int32_t input_height,
                                         int32_t input_width, int32_t input_channels, int32_t output_height,
                                         int32_t output_width, int32_t kernel_height, int32_t kernel_width,
                                         int32_t stride_height, int32_t stride_width, int32_t padding_top,
                                         int32_t padding_left, int32_t padding_bottom, int32_t padding_right,
                                         int32_t count_include_pad, int32_t divisor_override, int32_t padding_value,
                                         int32_t adaptive, int32_t wide, int32_t activation_min,
                                         int32_t activation_max)
{
    const int32_t row_step = input_width * input_channels;
    for (int32_t row = 0; row < batches * output_height; row++) {
        const int8_t *image = input + (row / output_height) * input_height * row_step;
        const tcm_pool_range vertical = tcm_pool_window(row % output_height, input_height, output_height, kernel_height,
                                                        stride_height, padding_top, padding_bottom, adaptive);
        const tcm_pool_range ys = tcm_pool_inputs(vertical, input_height);
        for (int32_t column = 0; column < output_width; column++, output += input_channels) {
            const tcm_pool_range horizontal = tcm_pool_window(column, input_width, output_width, kernel_width,
                                                              stride_width, padding_left, padding_right, adaptive);
            const tcm_pool_range xs = tcm_pool_inputs(horizontal, input_width);
            const int32_t inputs = (ys.end - ys.start) * (xs.end - xs.start);
            int32_t divisor = inputs;
            if (divisor_override != 0) {
                divisor = divisor_override;
            } else if (count_include_pad) {
                divisor = (vertical.end - vertical.start) * (horizontal.end - horizontal.start);
            }
            const avg_pool2d_mean mean = {
                .addend = (divisor - inputs) * padding_value,
                .half = divisor / 2,
                .reciprocal = (UINT32_C(1) << 31) / (uint32_t)divisor + 1,
                .channels = input_channels,
            };
            avg_pool2d_s8__lanes_mve_pixel(image + ys.start * row_step + xs.start * input_channels, output,
                                           ys.end - ys.start, xs.end - xs.start, row_step, input_channels, &mean, wide,
                                           activation_min, activation_max);
        }
    }
}

#endif
