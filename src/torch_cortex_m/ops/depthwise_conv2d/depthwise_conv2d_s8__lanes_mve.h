/* Quantized depthwise convolution for MVE: 16 output channels, or neighbouring pixels' channels, in the lanes. */
#ifndef DEPTHWISE_CONV2D_S8__LANES_MVE_H
#define DEPTHWISE_CONV2D_S8__LANES_MVE_H

#include "tcm_mve_rows.h"

/* 16 inputs for the tap at tcm_at bytes after r3, to q4. A tap that is too far away has its address in r2. */
#define TCM_MVE_TAP_ADDRESS                                                                                           \
    ".if tcm_at > 127 && (tcm_at > 508 || %c[channels] %% 4 != 0)\n"                                                  \
    "movw r2, #tcm_at\n"                                                                                              \
    "add r2, r2, r3\n"                                                                                                \
    ".endif\n"

#define TCM_MVE_TAP_INPUT                                                                                             \
    ".if tcm_at > 127 && (tcm_at > 508 || %c[channels] %% 4 != 0)\n"                                                  \
    "vldrb.8 q4, [r2]\n"                                                                                              \
    ".elseif %c[channels] %% 4 == 0\n"                                                                                \
    "vldrw.32 q4, [r3, #tcm_at]\n"                                                                                    \
    ".else\n"                                                                                                         \
    "vldrb.8 q4, [r3, #tcm_at]\n"                                                                                     \
    ".endif\n"

/* One tap. Products are summed in 16 bits, those of even bytes in q6 and of odd ones in q7, over taps_per_sum taps,
 * which the weights allow. The input is loaded twice where there is no ninth register to keep it. */
#define TCM_MVE_TAP                                                                                                   \
    TCM_MVE_TAP_ADDRESS TCM_MVE_TAP_INPUT                                                                             \
    "vldrw.32 q5, [r5], #16\n"                                                                                        \
    ".if tcm_tap %% %c[taps_per_sum] == 0\n"                                                                          \
    "vmullb.s8 q6, q4, q5\n"                                                                                          \
    "vmullt.s8 q7, q4, q5\n"                                                                                          \
    ".else\n"                                                                                                         \
    "vmullt.s8 q4, q4, q5\n"                                                                                          \
    "vadd.i16 q7, q7, q4\n"                                                                                           \
    TCM_MVE_TAP_INPUT                                                                                                 \
    "vmullb.s8 q4, q4, q5\n"                                                                                          \
    "vadd.i16 q6, q6, q4\n"                                                                                           \
    ".endif\n"

/* Adds the 16-bit sums to the accumulators q0-q3. */
#define TCM_MVE_WIDEN                                                                                                 \
    "vmovlb.s16 q4, q6\n"                                                                                             \
    "vmovlt.s16 q5, q6\n"                                                                                             \
    "vadd.i32 q0, q0, q4\n"                                                                                           \
    "vmovlb.s16 q4, q7\n"                                                                                             \
    "vadd.i32 q1, q1, q5\n"                                                                                           \
    "vmovlt.s16 q5, q7\n"                                                                                             \
    "vadd.i32 q2, q2, q4\n"                                                                                           \
    "vadd.i32 q3, q3, q5\n"

/* All taps; r3 ends 16 bytes after where it was. */
#define TCM_MVE_TAPS                                                                                                  \
    ".set tcm_tap, 0\n"                                                                                               \
    ".rept %c[kernel_height]\n"                                                                                       \
    ".set tcm_at, 0\n"                                                                                                \
    ".rept %c[kernel_width]\n"                                                                                        \
    TCM_MVE_TAP                                                                                                       \
    ".set tcm_tap, tcm_tap + 1\n"                                                                                     \
    ".set tcm_at, tcm_at + %c[tap_step]\n"                                                                            \
    ".if tcm_tap %% %c[taps_per_sum] == 0 || tcm_tap == %c[kernel_height] * %c[kernel_width]\n"                       \
    TCM_MVE_WIDEN                                                                                                     \
    ".endif\n"                                                                                                        \
    ".endr\n"                                                                                                         \
    ".if tcm_tap < %c[kernel_height] * %c[kernel_width]\n"                                                            \
    TCM_MVE_ADVANCE("r3", "%c[row_step]")                                                                             \
    ".endif\n"                                                                                                        \
    ".endr\n"                                                                                                         \
    TCM_MVE_ADVANCE("r3", "16 - (%c[kernel_height] - 1) * %c[row_step]")

/* The accumulators, channels 0 4 8 12, 2 6 10 14, 1 5 9 13 and 3 7 11 15, as 16 bytes in q4. */
#define TCM_MVE_SCALE_LANES                                                                                           \
    TCM_MVE_SCALE("q0", "r5", "q4", "q5") TCM_MVE_SCALE("q1", "r5", "q4", "q5")                                       \
    TCM_MVE_SCALE("q2", "r5", "q4", "q5") TCM_MVE_SCALE("q3", "r5", "q4", "q5")                                       \
    "vqmovnb.s32 q4, q0\n"                                                                                            \
    "vqmovnt.s32 q4, q1\n"                                                                                            \
    "vqmovnb.s32 q5, q2\n"                                                                                            \
    "vqmovnt.s32 q5, q3\n"                                                                                            \
    ".if %c[rounding] != 2\n"                                                                                         \
    "mov r0, %[offset]\n"                                                                                             \
    "vqadd.s16 q4, q4, r0\n"                                                                                          \
    "vqadd.s16 q5, q5, r0\n"                                                                                          \
    ".endif\n"                                                                                                        \
    "vqmovnb.s16 q4, q4\n"                                                                                            \
    "vqmovnt.s16 q4, q5\n"                                                                                            \
    ".if %c[clamp] & 1\n"                                                                                             \
    "mov r0, %[low]\n"                                                                                                \
    "vdup.8 q5, r0\n"                                                                                                 \
    "vmax.s8 q4, q4, q5\n"                                                                                            \
    ".endif\n"                                                                                                        \
    ".if %c[clamp] & 2\n"                                                                                             \
    "mov r0, %[high]\n"                                                                                               \
    "vdup.8 q5, r0\n"                                                                                                 \
    "vmin.s8 q4, q4, q5\n"                                                                                            \
    ".endif\n"

/* A row of `units` that have the same weights: unit_blocks blocks of 16 lanes, then the pointers advance. */
#define TCM_MVE_LANES_ROW                                                                                             \
    "1:\n"                                                                                                            \
    "mov r0, %[unit_blocks]\n"                                                                                        \
    "dls lr, r0\n"                                                                                                    \
    "2:\n"                                                                                                            \
    "vldrw.32 q0, [r5], #16\n"                                                                                        \
    "vldrw.32 q1, [r5], #16\n"                                                                                        \
    "vldrw.32 q2, [r5], #16\n"                                                                                        \
    "vldrw.32 q3, [r5], #16\n"                                                                                        \
    TCM_MVE_TAPS TCM_MVE_SCALE_LANES                                                                                  \
    "vstrb.8 q4, [r1], #16\n"                                                                                         \
    "le lr, 2b\n"                                                                                                     \
    TCM_MVE_ADVANCE("r1", "%c[output_gap]") TCM_MVE_ADVANCE("r3", "%c[input_gap]")                                    \
    TCM_MVE_ADVANCE("r5", "-%c[unit_bytes]")                                                                          \
    "subs r11, r11, #1\n"                                                                                             \
    "bne 1b\n"                                                                                                        \
    TCM_MVE_ROOM

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* One row of output, from the copied row under its first kernel row. Its last unit may write beyond the row. */
TCM_KERNEL void depthwise_conv2d_s8__lanes_mve_row(const int8_t *row, const int8_t *lanes, int8_t *output,
                                                   int32_t channels, int32_t kernel_height, int32_t kernel_width,
                                                   int32_t row_step, int32_t tap_step, int32_t taps_per_sum,
                                                   int32_t units, int32_t unit_blocks, int32_t unit_input,
                                                   int32_t unit_output, int32_t unit_bytes, int32_t rounding,
                                                   int32_t output_offset, int32_t activation_min,
                                                   int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = row;
    register const int8_t *r5 __asm__("r5") = lanes;
    register int32_t r11 __asm__("r11") = units;
    __asm__ volatile(TCM_MVE_LANES_ROW
                     : "+r"(r1), "+r"(r3), "+r"(r5), "+r"(r11)
                     : TCM_MVE_REQUANTIZE_OPERANDS, [channels] "i"(channels), [kernel_height] "i"(kernel_height),
                       [kernel_width] "i"(kernel_width), [row_step] "i"(row_step), [tap_step] "i"(tap_step),
                       [taps_per_sum] "i"(taps_per_sum), [unit_blocks] "i"(unit_blocks),
                       [input_gap] "i"(unit_input - 16 * unit_blocks),
                       [output_gap] "i"(unit_output - 16 * unit_blocks), [unit_bytes] "i"(unit_bytes)
                     : TCM_MVE_CLOBBERS);
}

#pragma GCC diagnostic pop

/* A unit is one pixel, or as many lanes as there are until the channels begin again with a new vector.
 * In scratch the copied rows are followed by a row of output, for those whose last unit would write beyond the output.
 */
TCM_KERNEL void depthwise_conv2d_s8__lanes_mve(
    const int8_t *input, const int8_t *lanes, int8_t *output, uint8_t *scratch, int32_t batches, int32_t input_height,
    int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width, int32_t depth_multiplier,
    int32_t kernel_height, int32_t kernel_width, int32_t stride_height, int32_t padding_top, int32_t padding_left,
    int32_t dilation_height, int32_t dilation_width, int32_t row_bytes, int32_t spare_rows, int32_t taps_per_sum,
    int32_t units, int32_t unit_blocks, int32_t unit_input, int32_t unit_output, int32_t unit_bytes,
    int32_t input_offset, int32_t rounding, int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t channels = input_channels * depth_multiplier;
    const int32_t needed = (kernel_height - 1) * dilation_height + 1;
    const int32_t output_bytes = output_width * channels;
    const int32_t written_bytes = (units - 1) * unit_output + 16 * unit_blocks;
    const int8_t *output_end = output + batches * output_height * output_bytes;
    const tcm_mve_rows rows = {
        .rows = (int8_t *)scratch,
        .row_bytes = row_bytes,
        .left_bytes = padding_left * channels,
        .input_height = input_height,
        .input_bytes = input_width * input_channels,
        .zero_point = -input_offset,
        .repeat = depth_multiplier,
    };
    int8_t *output_row = rows.rows + (needed + spare_rows) * row_bytes;
    TCM_MVE_OPAQUE(lanes);
    for (int32_t batch = 0; batch < batches; batch++, input += input_height * rows.input_bytes) {
        tcm_mve_fill(rows.rows, rows.zero_point, (needed + spare_rows) * row_bytes);
        for (int32_t y = 0; y < output_height; y++, output += output_bytes) {
            const int8_t *row = tcm_mve_rows_of(rows, input, y, stride_height, padding_top, needed, spare_rows);
            const int32_t beyond = written_bytes > output_bytes && output_end - output < written_bytes;
            depthwise_conv2d_s8__lanes_mve_row(row, lanes, beyond ? output_row : output, channels, kernel_height,
                                               kernel_width, dilation_height * row_bytes, dilation_width * channels,
                                               taps_per_sum, units, unit_blocks, unit_input, unit_output, unit_bytes,
                                               rounding, output_offset, activation_min, activation_max);
            if (beyond) {
                tcm_mve_copy(output, output_row, output_bytes);
            }
        }
    }
}

#endif
