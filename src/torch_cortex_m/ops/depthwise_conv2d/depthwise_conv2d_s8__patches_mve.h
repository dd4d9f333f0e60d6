/* Quantized depthwise convolution for MVE on patches of 4 x 4 pixels: see tcm_mve_patches.h. */
#ifndef DEPTHWISE_CONV2D_S8__PATCHES_MVE_H
#define DEPTHWISE_CONV2D_S8__PATCHES_MVE_H

#include "tcm_mve_patches.h"

/* The input, and four of its rows as blocks: row y is row y % 4 of `blocks`, each row_bytes long. `border` is a pixel of
 * zero points and `copies` has room for four pixels from which no whole vectors can be read. The literals that inline
 * assembly needs are not in here: debug builds leave a structure in memory. */
typedef struct {
    const int8_t *image;
    const int8_t *end;
    int8_t *blocks;
    int8_t *border;
    int8_t *copies;
    int32_t height;
    int32_t width;
    int32_t row_step;
    int32_t padding_left;
    int32_t row_bytes;
    int32_t zero_point;
} depthwise_conv2d_s8__patches_mve_input;

/* Where to read a column of a row, which may be in the border, in whole vectors. */
TCM_KERNEL const int8_t *depthwise_conv2d_s8__patches_mve_column(depthwise_conv2d_s8__patches_mve_input in,
                                                                 const int8_t *row, int32_t x, int32_t channels,
                                                                 int32_t pixel_step)
{
    const int32_t vector_bytes = (channels + 15) / 16 * 16;
    const int8_t *pixel = row + x * pixel_step;
    if (x < 0 || x >= in.width) {
        return in.border;
    }
    if (vector_bytes == channels || in.end - pixel >= vector_bytes) {
        return pixel;
    }
    int8_t *copy = in.copies + (x & 3) * vector_bytes;
    tcm_mve_copy(copy, pixel, channels);
    return copy;
}

/* Stores row y of the input as blocks. */
TCM_KERNEL void depthwise_conv2d_s8__patches_mve_row(depthwise_conv2d_s8__patches_mve_input in, int32_t y,
                                                     int32_t channels, int32_t pixel_step)
{
    const int32_t vectors = (channels + 15) / 16;
    const int32_t block_bytes = 64 * vectors;
    const int32_t blocks = in.row_bytes / block_bytes;
    const int32_t first_inside = (in.padding_left + 3) / 4;
    const int32_t unsafe = 16 * vectors > channels ? 1 + 15 / pixel_step : 0; /* last columns, for whole vectors */
    const int32_t end_inside = tcm_clamp((in.width - unsafe + in.padding_left) / 4, 0, blocks);
    int8_t *to = in.blocks + (y & 3) * in.row_bytes;
    if (y < 0 || y >= in.height) {
        tcm_mve_fill(to, in.zero_point, in.row_bytes);
        return;
    }
    const int8_t *row = in.image + y * in.row_step;
    for (int32_t block = 0; block < blocks;) {
        const int32_t x = 4 * block - in.padding_left;
        const int8_t *column = row + x * pixel_step;
        if (block == first_inside && end_inside > first_inside) {
            tcm_mve_store_blocks(to + block * block_bytes, column, column + pixel_step, column + 2 * pixel_step,
                                 column + 3 * pixel_step, vectors, 4 * pixel_step, end_inside - first_inside);
            block = end_inside;
        } else {
            tcm_mve_store_blocks(to + block * block_bytes,
                                 depthwise_conv2d_s8__patches_mve_column(in, row, x, channels, pixel_step),
                                 depthwise_conv2d_s8__patches_mve_column(in, row, x + 1, channels, pixel_step),
                                 depthwise_conv2d_s8__patches_mve_column(in, row, x + 2, channels, pixel_step),
                                 depthwise_conv2d_s8__patches_mve_column(in, row, x + 3, channels, pixel_step),
                                 vectors, 0, 1);
            block++;
        }
    }
}

/* All channels of `rows` rows of outputs over input rows top ... top + 3. */
TCM_KERNEL void depthwise_conv2d_s8__patches_mve_outputs(
    depthwise_conv2d_s8__patches_mve_input in, int8_t *strip, const int8_t *filters, const int8_t *parameters,
    int8_t *output, int32_t top, int32_t channels, int32_t columns, int32_t rows, int32_t stride, int32_t pixel_step,
    int32_t row_step, int32_t rounding, int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t block_bytes = (channels + 15) / 16 * 64;
    const int8_t *row_0 = in.blocks + (top & 3) * in.row_bytes;
    const int8_t *row_1 = in.blocks + ((top + 1) & 3) * in.row_bytes;
    const int8_t *row_2 = in.blocks + ((top + 2) & 3) * in.row_bytes;
    const int8_t *row_3 = in.blocks + ((top + 3) & 3) * in.row_bytes;
    for (int32_t channel = 0; channel < channels; channel += 4) {
        const int32_t count = channels - channel < 4 ? channels - channel : 4;
        tcm_mve_store_strip(strip, row_0 + 4 * channel, row_1 + 4 * channel, row_2 + 4 * channel, row_3 + 4 * channel,
                            in.row_bytes / block_bytes, block_bytes);
        tcm_mve_patches(strip, filters, parameters, output + channel, columns, rows, stride, pixel_step, row_step,
                        channels, count, rounding, output_offset, activation_min, activation_max);
        filters += 64;
        parameters += rounding == 2 ? 80 : 48;
    }
}

/* In scratch: four rows of blocks, a strip, the border and four copied pixels. Filters follow 16 bytes of zeros. */
TCM_KERNEL void depthwise_conv2d_s8__patches_mve(
    const int8_t *input, const int8_t *filters, const int8_t *parameters, int8_t *output, uint8_t *scratch,
    int32_t batches, int32_t rows, int32_t columns, int32_t output_rows, int32_t output_columns, int32_t input_channels,
    int32_t input_row_step, int32_t input_pixel_step, int32_t output_row_step, int32_t output_pixel_step,
    int32_t kernel_rows, int32_t row_stride, int32_t column_stride, int32_t padding_before, int32_t padding_left,
    int32_t row_bytes, int32_t strip_bytes, int32_t input_offset, int32_t rounding, int32_t output_offset,
    int32_t activation_min, int32_t activation_max)
{
    const int32_t input_bytes = rows * columns * input_channels;
    const int32_t pixel_bytes = (input_channels + 15) / 16 * 16;
    const int32_t patch_rows = column_stride == 1 ? 2 : 1; /* rows of output from four rows of input */
    const int32_t whole = output_rows / patch_rows * patch_rows;
    int8_t *blocks = (int8_t *)scratch;
    int8_t *strip = blocks + 4 * row_bytes;
    int8_t *border = strip + strip_bytes;
    TCM_MVE_OPAQUE(filters);
    TCM_MVE_OPAQUE(parameters);
    tcm_mve_fill(border, -input_offset, pixel_bytes);
    for (int32_t batch = 0; batch < batches; batch++) {
        const depthwise_conv2d_s8__patches_mve_input in = {
            .image = input + batch * input_bytes,
            .end = input + batches * input_bytes,
            .blocks = blocks,
            .border = border,
            .copies = border + pixel_bytes,
            .height = rows,
            .width = columns,
            .row_step = input_row_step,
            .padding_left = padding_left,
            .row_bytes = row_bytes,
            .zero_point = -input_offset,
        };
        int32_t next = -padding_before; /* the next row to store as blocks */
        for (int32_t y = 0; y < output_rows; y += patch_rows) {
            const int32_t top = y * row_stride - padding_before;
            const int32_t end = top + kernel_rows + patch_rows - 1;
            for (int32_t row = next > top ? next : top; row < end; row++) {
                depthwise_conv2d_s8__patches_mve_row(in, row, input_channels, input_pixel_step);
            }
            next = end;
            int8_t *outputs = output + y * output_row_step;
            if (y < whole) {
                depthwise_conv2d_s8__patches_mve_outputs(in, strip, filters + 16, parameters, outputs, top,
                                                         input_channels, output_columns, patch_rows, column_stride,
                                                         output_pixel_step, output_row_step, rounding, output_offset,
                                                         activation_min, activation_max);
            } else {
                depthwise_conv2d_s8__patches_mve_outputs(in, strip, filters + 16, parameters, outputs, top,
                                                         input_channels, output_columns, 1, column_stride,
                                                         output_pixel_step, output_row_step, rounding, output_offset,
                                                         activation_min, activation_max);
            }
        }
        output += output_rows * output_columns * input_channels;
    }
}

#endif
