/* Maximum pooling for MVE: the rows of a window first, over all columns and channels alike, then its columns. */
#ifndef MAX_POOL2D_S8__ROWS_MVE_H
#define MAX_POOL2D_S8__ROWS_MVE_H

#include "tcm_copy.h"
#include "tcm_pool.h"

/* The maxima of two rows, or of three if `rows`, a literal, is 3. */
TCM_KERNEL void max_pool2d_s8__rows_mve_maxima(int8_t *to, const int8_t *first, const int8_t *second,
                                               const int8_t *third, int32_t rows, int32_t bytes)
{
    __asm__ volatile("wlstp.8 lr, %[bytes], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[first]], #16\n"
                     "vldrb.8 q1, [%[second]], #16\n"
                     "vmax.s8 q0, q0, q1\n"
                     ".if %c[rows] == 3\n vldrb.8 q1, [%[third]], #16\n vmax.s8 q0, q0, q1\n.endif\n"
                     "vstrb.8 q0, [%[to]], #16\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [to] "+&r"(to), [first] "+&r"(first), [second] "+&r"(second), [third] "+&r"(third)
                     : [bytes] "r"(bytes), [rows] "i"(rows)
                     : "lr", "q0", "q1", "cc", "memory");
}

/* The maxima of `count` rows; of kernel_height, a literal, of them without any further test. */
TCM_KERNEL void max_pool2d_s8__rows_mve_rows(int8_t *to, const int8_t *row, int32_t count, int32_t kernel_height,
                                             int32_t row_step, int32_t bytes, int32_t activation_min)
{
    if (count == kernel_height && kernel_height == 2) {
        max_pool2d_s8__rows_mve_maxima(to, row, row + row_step, row, 2, bytes);
    } else if (count == kernel_height && kernel_height == 3) {
        max_pool2d_s8__rows_mve_maxima(to, row, row + row_step, row + 2 * row_step, 3, bytes);
    } else if (count == 0) {
        tcm_mve_fill(to, activation_min, bytes);
    } else {
        tcm_mve_copy(to, row, bytes);
        for (int32_t i = 1; i < count; i++) {
            max_pool2d_s8__rows_mve_maxima(to, to, row + i * row_step, row, 2, bytes);
        }
    }
}

/* A vector of channels to v, and its address to the next window. */
#define TCM_MVE_POOL_LOAD(v, column)                                                                                  \
    ".if %c[near]\n vldrb.8 " v ", [%[" column "]], %[literal_step]\n"                                                \
    ".else\n vldrb.8 " v ", [%[" column "]]\n add %[" column "], %[" column "], %[step]\n.endif\n"

/* `count` channels, 16 at most, of `pixels` outputs with windows of `columns` columns, a literal from 1 to 3. */
TCM_KERNEL void max_pool2d_s8__rows_mve_columns(const int8_t *first, int8_t *output, int32_t pixels, int32_t columns,
                                                int32_t column_step, int32_t step, int32_t channels, int32_t count,
                                                int32_t activation_min, int32_t activation_max)
{
    const int8_t *second = first + column_step;
    const int8_t *third = second + column_step;
    __asm__ volatile("vdup.8 q2, %[most]\n"
                     "vdup.8 q3, %[least]\n"
                     "vctp.8 %[count]\n"
                     "dls lr, %[pixels]\n"
                     "1:\n" TCM_MVE_POOL_LOAD("q0", "first")
                     ".if %c[columns] > 1\n" TCM_MVE_POOL_LOAD("q1", "second") "vmax.s8 q0, q0, q1\n.endif\n"
                     ".if %c[columns] > 2\n" TCM_MVE_POOL_LOAD("q1", "third") "vmax.s8 q0, q0, q1\n.endif\n"
                     ".if %c[low] > -128\n vmax.s8 q0, q0, q3\n.endif\n"
                     ".if %c[high] < 127\n vmin.s8 q0, q0, q2\n.endif\n"
                     "vpst\n"
                     "vstrbt.8 q0, [%[output]]\n"
                     "add %[output], %[output], %[channels]\n"
                     "le lr, 1b\n"
                     : [output] "+&r"(output), [first] "+&r"(first), [second] "+&r"(second), [third] "+&r"(third)
                     : [pixels] "r"(pixels), [columns] "i"(columns), [step] "r"(step), [channels] "r"(channels),
                       [count] "r"(count), [least] "r"(activation_min), [most] "r"(activation_max),
                       [low] "i"(activation_min), [high] "i"(activation_max), [near] "i"(step <= 127),
                       [literal_step] "i"(step <= 127 ? step : 0)
                     : "lr", "q0", "q1", "q2", "q3", "cc", "memory");
}

/* For kernels of up to three columns. In scratch: a row of the input with its borders, and what is read beyond it. */
TCM_KERNEL void max_pool2d_s8__rows_mve(const int8_t *input, int8_t *output, uint8_t *scratch, int32_t batches,
                                        int32_t input_height, int32_t input_width, int32_t input_channels,
                                        int32_t output_height, int32_t output_width, int32_t kernel_height,
                                        int32_t kernel_width, int32_t stride_height, int32_t stride_width,
                                        int32_t padding_top, int32_t padding_left, int32_t dilation_height,
                                        int32_t dilation_width, int32_t row_bytes, int32_t activation_min,
                                        int32_t activation_max)
{
    const int32_t input_bytes = input_width * input_channels;
    int8_t *row = (int8_t *)scratch;
    int8_t *inside = row + padding_left * input_channels;
    tcm_mve_fill(row, activation_min, row_bytes);
    for (int32_t y = 0; y < batches * output_height; y++, output += output_width * input_channels) {
        const int8_t *image = input + (y / output_height) * input_height * input_bytes;
        const int32_t top = (y % output_height) * stride_height - padding_top;
        const tcm_pool_range taps = tcm_pool_taps(top, input_height, kernel_height, dilation_height);
        max_pool2d_s8__rows_mve_rows(inside, image + (top + taps.start * dilation_height) * input_bytes,
                                     taps.end - taps.start, kernel_height, dilation_height * input_bytes,
                                     input_bytes, activation_min);
        for (int32_t channel = 0; channel < input_channels; channel += 16) {
            max_pool2d_s8__rows_mve_columns(row + channel, output + channel, output_width, kernel_width,
                                            dilation_width * input_channels, stride_width * input_channels,
                                            input_channels, input_channels - channel, activation_min,
                                            activation_max);
        }
    }
}

#endif
