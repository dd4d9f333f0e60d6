/* Quantized depthwise convolution for MVE by kernels of up to eight rows.
 *
 * A register holds two columns of eight rows of one channel, so that VMLADAV with a filter's two columns adds their
 * share of an output. Channels are taken in fours: VLD4 makes their registers of a strip, [columns][8 rows][4 channels].
 * Filters are [pairs of columns][4 channels][2 columns][8 rows] with zeros after their rows, so that reading them from
 * some bytes before moves them down: one strip gives several rows of output, two of them at a time. */
#ifndef DEPTHWISE_CONV2D_S8__COLUMN_PAIRS_MVE_H
#define DEPTHWISE_CONV2D_S8__COLUMN_PAIRS_MVE_H

#include "tcm_mve_patches.h"

/* A pair of columns of one channel, in q`channel`, for both rows of output. */
#define TCM_MVE_COLUMN_PAIR_PRODUCTS(channel, sum, next_sum)                                                          \
    "vldrb.8 q7, [r5, #tcm_at + 16 * " #channel "]\n"                                                                 \
    ".if tcm_at == -64 && tcm_first\n vmladav.s8 " sum ", q7, q" #channel "\n"                                        \
    ".else\n vmladava.s8 " sum ", q7, q" #channel "\n.endif\n"                                                        \
    ".if %c[rows] == 2\n"                                                                                             \
    "vldrb.8 q7, [r5, #tcm_at + 16 * " #channel " - %c[stride_height]]\n"                                             \
    ".if tcm_at == -64 && tcm_first\n vmladav.s8 " next_sum ", q7, q" #channel "\n"                                   \
    ".else\n vmladava.s8 " next_sum ", q7, q" #channel "\n.endif\n"                                                   \
    ".endif\n"

/* All pairs of columns of four channels. r5 is 64 bytes behind the first filters, and goes on where offsets end. */
#define TCM_MVE_COLUMN_PAIRS                                                                                          \
    ".set tcm_first, 1\n"                                                                                             \
    ".set tcm_at, -64\n"                                                                                              \
    ".set tcm_moved, 0\n"                                                                                             \
    ".rept %c[pairs]\n"                                                                                               \
    ".if tcm_at > 64\n"                                                                                               \
    "add r5, r5, #192\n"                                                                                              \
    ".set tcm_moved, tcm_moved + 192\n"                                                                               \
    ".set tcm_at, -64\n"                                                                                              \
    ".endif\n"                                                                                                        \
    "vld40.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "vld41.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "vld42.8 {q0, q1, q2, q3}, [r3]\n"                                                                                \
    "vld43.8 {q0, q1, q2, q3}, [r3]!\n"                                                                               \
    TCM_MVE_COLUMN_PAIR_PRODUCTS(0, "r0", "r8") TCM_MVE_COLUMN_PAIR_PRODUCTS(1, "r2", "r10")                          \
    TCM_MVE_COLUMN_PAIR_PRODUCTS(2, "r4", "r12") TCM_MVE_COLUMN_PAIR_PRODUCTS(3, "r6", "lr")                          \
    ".set tcm_first, 0\n"                                                                                             \
    ".set tcm_at, tcm_at + 64\n"                                                                                      \
    ".endr\n"                                                                                                         \
    ".if tcm_moved > 0\n sub r5, r5, #tcm_moved\n.endif\n"                                                            \
    TCM_MVE_ADVANCE("r3", "32 * %c[stride_width] - 64 * %c[pairs]")

/* The sums, requantized, to the pixels at r1 and r7. */
#define TCM_MVE_COLUMN_PAIR_OUTPUTS                                                                                   \
    "vmov q0[2], q0[0], r0, r4\n"                                                                                     \
    "vmov q0[3], q0[1], r2, r6\n"                                                                                     \
    ".if %c[rows] == 2\n"                                                                                             \
    "vmov q1[2], q1[0], r8, r12\n"                                                                                    \
    "vmov q1[3], q1[1], r10, lr\n"                                                                                    \
    ".endif\n" TCM_MVE_REQUANTIZE_PAIR(TCM_MVE_AT_R11)                                                                \
    "vqmovnb.s32 q4, q3\n"                                                                                            \
    ".if %c[rows] == 2\n vqmovnt.s32 q4, q0\n.endif\n"                                                                \
    "mov r2, %[offset]\n" TCM_MVE_CLAMP_PATCH("q4", "q7", "r2")                                                       \
    TCM_MVE_STORE_PIXEL("q4", "r1")                                                                                   \
    ".if %c[rows] == 2\n vshr.u32 q4, q4, #16\n" TCM_MVE_STORE_PIXEL("q4", "r7") ".endif\n"

/* r7 and r9 are saved here because they may be reserved. */
#define TCM_MVE_COLUMN_PAIR_ROWS                                                                                      \
    "push {r7, r9}\n"                                                                                                 \
    "mov r9, %[columns]\n"                                                                                            \
    ".if %c[rows] == 2\n" TCM_MVE_LITERAL("r7", "%c[row_step]") "add r7, r7, r1\n.endif\n"                            \
    "1:\n" TCM_MVE_COLUMN_PAIRS TCM_MVE_COLUMN_PAIR_OUTPUTS                                                           \
    "subs r9, r9, #1\n"                                                                                               \
    "bne 1b\n"                                                                                                        \
    "pop {r7, r9}\n" TCM_MVE_ROOM

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* `rows` rows, one or two, of four channels of output. */
TCM_KERNEL void depthwise_conv2d_s8__column_pairs_mve_rows(const int8_t *strip, const int8_t *filters,
                                                           const int8_t *parameters, int8_t *output, int32_t rows,
                                                           int32_t columns, int32_t channels, int32_t kernel_width,
                                                           int32_t stride_height, int32_t stride_width,
                                                           int32_t rounding, int32_t output_offset,
                                                           int32_t activation_min, int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = strip;
    register const int8_t *r5 __asm__("r5") = filters + 64;
    register const int8_t *r11 __asm__("r11") = parameters;
    __asm__ volatile(TCM_MVE_COLUMN_PAIR_ROWS
                     : "+r"(r1), "+r"(r3)
                     : "r"(r5), "r"(r11), TCM_MVE_REQUANTIZE_OPERANDS, [rows] "i"(rows), [columns] "i"(columns),
                       [pairs] "i"((kernel_width + 1) / 2), [stride_height] "i"(stride_height),
                       [stride_width] "i"(stride_width), [pixel_step] "i"(channels), [partial] "i"(0),
                       [row_step] "i"(columns * channels)
                     : TCM_MVE_CLOBBERS);
}

#pragma GCC diagnostic pop

/* Where eight rows from `top` on are, as offsets from the image, and what is added to them for the next column. Rows
 * outside of the image, and those that no filter reads, are the border. A condition in one loop over all rows would do,
 * but GCC 12 folds it into a vector's predicate that is wrong: it has all lanes. */
TCM_KERNEL void depthwise_conv2d_s8__column_pairs_mve_places(int32_t *places, int32_t top, int32_t needed,
                                                             int32_t height, int32_t row_bytes, int32_t border,
                                                             int32_t channels)
{
    const int32_t end = height - top < needed ? height - top : needed;
    for (int32_t i = 0; i < 8; i++) {
        places[i] = border;
        places[8 + i] = 0;
    }
    for (int32_t i = top < 0 ? -top : 0; i < end; i++) {
        places[i] = (top + i) * row_bytes;
        places[8 + i] = channels;
    }
}

/* Stores `columns` columns of eight rows of four channels as a strip; gathering needs words that are aligned. */
TCM_KERNEL void depthwise_conv2d_s8__column_pairs_mve_strip(int8_t *strip, const int8_t *image, const int32_t *places,
                                                            int32_t columns)
{
    if (((uintptr_t)image & 3) != 0) {
        for (int32_t i = 0; i < 8; i++) {
            const int8_t *from = image + places[i];
            for (int32_t column = 0; column < columns; column++, from += places[8 + i]) {
                memcpy(strip + 32 * column + 4 * i, from, 4);
            }
        }
        return;
    }
    __asm__ volatile("vldrw.32 q0, [%[places]]\n"
                     "vldrw.32 q1, [%[places], #16]\n"
                     "vldrw.32 q2, [%[places], #32]\n"
                     "vldrw.32 q3, [%[places], #48]\n"
                     "dls lr, %[columns]\n"
                     "1:\n"
                     "vldrw.u32 q4, [%[image], q0]\n"
                     "vadd.i32 q0, q0, q2\n"
                     "vldrw.u32 q5, [%[image], q1]\n"
                     "vadd.i32 q1, q1, q3\n"
                     "vstrw.32 q4, [%[strip]], #16\n"
                     "vstrw.32 q5, [%[strip]], #16\n"
                     "le lr, 1b\n"
                     : [strip] "+&r"(strip)
                     : [image] "r"(image), [places] "r"(places), [columns] "r"(columns)
                     : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "cc", "memory");
}

/* For channels in multiples of four. In scratch: the strip, the places of its rows, and a pixel of zero points.
 * Filters follow 16 bytes of zeros; strip_rows are the rows of output that a strip gives. */
TCM_KERNEL void depthwise_conv2d_s8__column_pairs_mve(
    const int8_t *input, const int8_t *filters, const int8_t *parameters, int8_t *output, uint8_t *scratch,
    int32_t batches, int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height,
    int32_t output_width, int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t stride_width,
    int32_t padding_top, int32_t padding_left, int32_t strip_columns, int32_t strip_rows, int32_t input_offset,
    int32_t rounding, int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t row_bytes = input_width * input_channels;
    const int32_t output_bytes = output_width * input_channels;
    const int32_t inside = strip_columns - padding_left < input_width ? strip_columns - padding_left : input_width;
    const int32_t filter_bytes = (kernel_width + 1) / 2 * 64;
    int8_t *strip = (int8_t *)scratch;
    int32_t *places = (int32_t *)(void *)(strip + 32 * strip_columns);
    int8_t *border = (int8_t *)(places + 16);
    TCM_MVE_OPAQUE(filters);
    TCM_MVE_OPAQUE(parameters);
    tcm_mve_fill(strip, -input_offset, 32 * strip_columns);
    tcm_mve_fill(border, -input_offset, input_channels);
    for (int32_t batch = 0; batch < batches; batch++, input += input_height * row_bytes) {
        for (int32_t y = 0; y < output_height; y += strip_rows) {
            const int32_t rows = output_height - y < strip_rows ? output_height - y : strip_rows;
            const int8_t *quad_filters = filters + 16;
            const int8_t *quad_parameters = parameters;
            depthwise_conv2d_s8__column_pairs_mve_places(
                places, y * stride_height - padding_top, (rows - 1) * stride_height + kernel_height, input_height,
                row_bytes, (int32_t)(border - input), input_channels);
            for (int32_t channel = 0; channel < input_channels; channel += 4) {
                int8_t *outputs = output + channel;
                depthwise_conv2d_s8__column_pairs_mve_strip(strip + 32 * padding_left, input + channel, places, inside);
                for (int32_t row = 0; row + 2 <= rows; row += 2, outputs += 2 * output_bytes) {
                    depthwise_conv2d_s8__column_pairs_mve_rows(
                        strip, quad_filters - row * stride_height, quad_parameters, outputs, 2, output_width,
                        input_channels, kernel_width, stride_height, stride_width, rounding, output_offset,
                        activation_min, activation_max);
                }
                if ((strip_rows % 2 != 0 || output_height % 2 != 0) && rows % 2 != 0) {
                    depthwise_conv2d_s8__column_pairs_mve_rows(
                        strip, quad_filters - (rows - 1) * stride_height, quad_parameters, outputs, 1, output_width,
                        input_channels, kernel_width, stride_height, stride_width, rounding, output_offset,
                        activation_min, activation_max);
                }
                quad_filters += filter_bytes;
                quad_parameters += rounding == 2 ? 80 : 48;
            }
            output += rows * output_bytes;
        }
    }
}

#endif
