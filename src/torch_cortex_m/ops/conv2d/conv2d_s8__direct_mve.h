/* Quantized convolution without padding for MVE that reads its windows where they are, in the input. */
#ifndef CONV2D_S8__DIRECT_MVE_H
#define CONV2D_S8__DIRECT_MVE_H

#include "tcm_mve_quads.h"
#include "tcm_mve_rows.h"

/* `rows` times `windows`, `distance` bytes apart: fours of windows and two channels at a time if `fours` is 1, where
 * output_channels are even, else pairs and four channels. Last windows of a row are computed again together with the ones before them, a
 * single one alone. A window is kernel_rows rows, kernel_step bytes apart, see tcm_mve_windows: they can be the columns
 * of a dilated kernel, too. */
TCM_KERNEL void conv2d_s8__direct_mve(const int8_t *input, const int8_t *tiles, int8_t *output, int32_t rows,
                                      int32_t image_rows, int32_t image_step, int32_t row_step, int32_t windows,
                                      int32_t distance, int32_t output_channels, int32_t kernel_rows,
                                      int32_t kernel_step, int32_t columns, int32_t vectors, int32_t phases,
                                      int32_t fours, int32_t rounding, int32_t output_offset, int32_t activation_min,
                                      int32_t activation_max)
{
    const int32_t at_a_time = fours ? 4 : 2;
    const int32_t parameter_bytes = rounding == 2 ? 40 : 24;
    TCM_MVE_OPAQUE(tiles);
    for (int32_t row = 0; row < rows; row++) {
        const int8_t *values = input + (row / image_rows) * image_step + (row % image_rows) * row_step;
        int8_t *outputs = output + row * windows * output_channels;
        if (windows == 1) {
            tcm_mve_one_window(values, tiles, outputs, output_channels, kernel_rows * columns * vectors, 16,
                               kernel_rows, kernel_step, 0, rounding, output_offset, activation_min, activation_max);
            continue;
        }
        for (int32_t part = 0; part <= (windows % at_a_time != 0 ? 1 : 0); part++) {
            const int32_t place = part == 0 ? 0 : windows - at_a_time;
            const int32_t groups = part == 0 ? windows / at_a_time : 1;
            if (fours) {
                tcm_mve_window_quads(values + place * distance, tiles + parameter_bytes,
                                     outputs + place * output_channels, groups, output_channels, kernel_rows,
                                     kernel_step, columns, vectors, phases, distance, 0, 0, parameter_bytes,
                                     -parameter_bytes, rounding, output_offset, activation_min, activation_max);
            } else {
                tcm_mve_windows(values + place * distance, tiles, outputs + place * output_channels, groups,
                                output_channels, kernel_rows, kernel_step, columns, vectors, phases, distance, 0,
                                rounding, output_offset, activation_min, activation_max);
            }
        }
    }
}

#endif
