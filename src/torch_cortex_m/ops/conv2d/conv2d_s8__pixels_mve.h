/* Quantized 1x1 convolution of up to 16 channels without padding, for MVE: four pixels and two filters at a time. */
#ifndef CONV2D_S8__PIXELS_MVE_H
#define CONV2D_S8__PIXELS_MVE_H

#include "tcm_mve_rows.h"

/* The weights of a filter fill a register, so that they stay there for all pixels, as do the parameters of two filters.
 * Up to eight channels of two pixels share a register ("halves"): then weights are there twice, with zeros after and
 * before them. The sums of four pixels become a vector, which is requantized while the other filter's are computed.
 *
 * A tile: the weights of filters A and B, then their biases, multipliers and right shifts, pairs of int32.
 * Registers: r1 output, r3 input, r0 r2 r4 r6 sums, r5 r8 r10 parameters of A, r7 r9 r11 of B, r12 output offset.
 * Inputs are in q0-q3 and weights in q4 and q5, or as halves in q0 and q1, and q2-q5. Filter A's sums are in q6, B's in
 * q7. On the stack: the places of four outputs, then the limits. */

/* tcm_load: the next input, of one kind of registers only.
 * tcm_product: a sum of one pixel.
 * tcm_sums_a: of the first filter, while those of the second one for the pixels before (unless there are none: first)
 * are requantized, and the bytes of both are stored; last: no pixels follow.
 * tcm_sums_b: of the second filter, while those of the first one are requantized.
 * Where rounding is signed, the requantization goes on in another register, `spare`. */
#define TCM_MVE_PIXELS_MACROS                                                                                         \
    ".macro tcm_load halves, v\n"                                                                                     \
    ".if \\halves == %c[halves]\n vldrb.8 \\v, [r3], %[input_step]\n.endif\n"                                         \
    ".endm\n"                                                                                                         \
    ".macro tcm_product sum, halves_weights, halves, weights, values\n"                                               \
    ".if %c[halves]\n vmladav.s8 \\sum, \\halves_weights, \\halves\n"                                                 \
    ".else\n vmladav.s8 \\sum, \\weights, \\values\n.endif\n"                                                         \
    ".endm\n"                                                                                                         \
    ".macro tcm_signs v, spare\n"                                                                                     \
    ".if %c[rounding] == 1\n vshr.s32 \\spare, \\v, #31\n.endif\n"                                                    \
    ".endm\n"                                                                                                         \
    ".macro tcm_multiply v, spare, multiplier\n"                                                                      \
    ".if %c[rounding] == 1\n vqrdmlah.s32 \\spare, \\v, \\multiplier\n"                                               \
    ".else\n vqrdmulh.s32 \\v, \\v, \\multiplier\n.endif\n"                                                           \
    ".endm\n"                                                                                                         \
    ".macro tcm_shift v, spare, shift\n"                                                                              \
    ".if %c[rounding] == 1\n vrshl.s32 \\spare, \\shift\n.else\n vrshl.s32 \\v, \\shift\n.endif\n"                    \
    ".endm\n"                                                                                                         \
    ".macro tcm_narrow v, spare\n"                                                                                    \
    ".if %c[rounding] == 1\n vqmovnb.s32 \\v, \\spare\n.else\n vqmovnb.s32 \\v, \\v\n.endif\n"                        \
    ".endm\n"                                                                                                         \
    TCM_MVE_PIXELS_STORE_MACROS TCM_MVE_PIXELS_SUMS_MACROS

#define TCM_MVE_PIXELS_STORE_MACROS                                                                                   \
    ".macro tcm_places\n"                                                                                             \
    ".if %c[clamp] & 1\n vldrw.32 q7, [sp, #16]\n vmax.s8 q6, q6, q7\n.endif\n"                                       \
    ".if %c[clamp] & 2\n vldrw.32 q7, [sp, #32]\n vmin.s8 q6, q6, q7\n.endif\n"                                       \
    "vldrw.32 q7, [sp]\n"                                                                                             \
    ".endm\n"                                                                                                         \
    ".macro tcm_store\n"                                                                                              \
    ".if %c[stored] == 2\n"                                                                                           \
    "vstrh.32 q6, [r1, q7]\n"                                                                                         \
    ".else\n"                                                                                                         \
    "vstrb.32 q6, [r1, q7]\n"                                                                                         \
    ".endif\n"                                                                                                        \
    ".if %c[stored] == 3\n"                                                                                           \
    "vshr.u32 q6, q6, #8\n"                                                                                           \
    "add r1, r1, #1\n"                                                                                                \
    "vstrb.32 q6, [r1, q7]\n"                                                                                         \
    "sub r1, r1, #1\n"                                                                                                \
    ".endif\n"                                                                                                        \
    ".endm\n"

#define TCM_MVE_PIXELS_SUMS_MACROS                                                                                    \
    ".macro tcm_sums_a first, last, spare\n"                                                                          \
    ".if !\\first\n vadd.i32 q7, q7, r7\n tcm_signs q7, \\spare\n tcm_multiply q7, \\spare, r9\n.endif\n"             \
    ".if !\\last\n tcm_load 0, q0\n tcm_load 1, q0\n.endif\n"                                                         \
    ".if !\\first\n tcm_shift q7, \\spare, r11\n.endif\n"                                                             \
    ".if !\\last\n tcm_load 0, q1\n.endif\n"                                                                          \
    ".if !\\first\n tcm_narrow q7, \\spare\n.endif\n"                                                                 \
    ".if !\\last\n tcm_load 1, q1\n tcm_load 0, q2\n tcm_product r0, q2, q0, q4, q0\n.endif\n"                        \
    ".if !\\first\n vqadd.s16 q7, q7, r12\n.endif\n"                                                                  \
    ".if !\\last\n tcm_load 0, q3\n tcm_product r2, q3, q0, q4, q1\n.endif\n"                                         \
    ".if !\\first\n vqmovnt.s16 q6, q7\n tcm_places\n.endif\n"                                                        \
    ".if !\\last\n tcm_product r4, q2, q1, q4, q2\n tcm_product r6, q3, q1, q4, q3\n.endif\n"                         \
    ".if !\\first\n tcm_store\n.endif\n"                                                                              \
    ".endm\n"                                                                                                         \
    ".macro tcm_sums_b first\n"                                                                                       \
    "vmov q6[2], q6[0], r0, r4\n"                                                                                     \
    "tcm_product r0, q4, q0, q5, q0\n"                                                                                \
    "vmov q6[3], q6[1], r2, r6\n"                                                                                     \
    "tcm_product r2, q5, q0, q5, q1\n"                                                                                \
    "vadd.i32 q6, q6, r5\n"                                                                                           \
    "tcm_signs q6, q0\n"                                                                                              \
    "tcm_multiply q6, q0, r8\n"                                                                                       \
    "tcm_shift q6, q0, r10\n"                                                                                         \
    "tcm_product r4, q4, q1, q5, q2\n"                                                                                \
    "tcm_narrow q6, q0\n"                                                                                             \
    ".if !\\first\n add r1, r1, %[output_step]\n.endif\n"                                                             \
    "tcm_product r6, q5, q1, q5, q3\n"                                                                                \
    "vqadd.s16 q6, q6, r12\n"                                                                                         \
    "vmov q7[2], q7[0], r0, r4\n"                                                                                     \
    "vqmovnb.s16 q6, q6\n"                                                                                            \
    "vmov q7[3], q7[1], r2, r6\n"                                                                                     \
    ".endm\n"

/* r7 and r9 are saved here because they may be reserved. */
#define TCM_MVE_PIXELS                                                                                                \
    TCM_MVE_PIXELS_MACROS                                                                                             \
    "push {r7, r9}\n"                                                                                                 \
    "sub sp, sp, #48\n"                                                                                               \
    "mov r2, #0\n"                                                                                                    \
    "mov r4, %[pixel_step]\n"                                                                                         \
    "strd r2, r4, [sp]\n"                                                                                             \
    "add r2, r4, r4\n"                                                                                                \
    "add r4, r2, r4\n"                                                                                                \
    "strd r2, r4, [sp, #8]\n"                                                                                         \
    ".if %c[clamp]\n"                                                                                                 \
    "mov r2, %[low]\n"                                                                                                \
    "vdup.8 q0, r2\n"                                                                                                 \
    "vstrw.32 q0, [sp, #16]\n"                                                                                        \
    "mov r2, %[high]\n"                                                                                               \
    "vdup.8 q0, r2\n"                                                                                                 \
    "vstrw.32 q0, [sp, #32]\n"                                                                                        \
    ".endif\n"                                                                                                        \
    ".if %c[halves]\n"                                                                                                \
    "vldrw.32 q2, [r5], #16\n"                                                                                        \
    "vldrw.32 q3, [r5], #16\n"                                                                                        \
    ".endif\n"                                                                                                        \
    "vldrw.32 q4, [r5], #16\n"                                                                                        \
    "vldrw.32 q5, [r5], #16\n"                                                                                        \
    "ldrd r10, r11, [r5, #16]\n"                                                                                      \
    "ldrd r8, r9, [r5, #8]\n"                                                                                         \
    "ldrd r5, r7, [r5]\n"                                                                                             \
    "mov r12, %[offset]\n"                                                                                            \
    "sub lr, r0, #1\n"                                                                                                \
    "tcm_sums_a 1, 0, q3\n"                                                                                           \
    "tcm_sums_b 1\n"                                                                                                  \
    "wls lr, lr, 2f\n"                                                                                                \
    "1:\n"                                                                                                            \
    ".if %c[halves]\n tcm_sums_a 0, 0, q1\n.else\n tcm_sums_a 0, 0, q3\n.endif\n"                                     \
    "tcm_sums_b 0\n"                                                                                                  \
    "le lr, 1b\n"                                                                                                     \
    "2:\n"                                                                                                            \
    "tcm_sums_a 0, 1, q3\n"                                                                                           \
    "add sp, sp, #48\n"                                                                                               \
    "pop {r7, r9}\n"                                                                                                  \
    ".purgem tcm_load\n .purgem tcm_product\n .purgem tcm_signs\n .purgem tcm_multiply\n .purgem tcm_shift\n"         \
    ".purgem tcm_narrow\n .purgem tcm_places\n .purgem tcm_store\n .purgem tcm_sums_a\n .purgem tcm_sums_b\n"

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* Four pixels of two filters, `quads` times. stored: 1 the first filter only, 2 both as halfwords, which the output's
 * address has to be aligned for, 3 both as bytes. */
TCM_KERNEL void conv2d_s8__pixels_mve_tile(const int8_t *input, const int8_t *tile, int8_t *output, int32_t quads,
                                           int32_t input_step, int32_t channels, int32_t halves, int32_t stored,
                                           int32_t rounding, int32_t output_offset, int32_t activation_min,
                                           int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    register int32_t r0 __asm__("r0") = quads;
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = input;
    register const int8_t *r5 __asm__("r5") = tile;
    __asm__ volatile(TCM_MVE_PIXELS
                     : "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r5)
                     : TCM_MVE_REQUANTIZE_OPERANDS, [input_step] "i"(halves ? 2 * input_step : input_step),
                       [pixel_step] "i"(channels), [output_step] "i"(4 * channels), [halves] "i"(halves),
                       [stored] "i"(stored)
                     : "r11", TCM_MVE_CLOBBERS_BUT_R0);
}

#pragma GCC diagnostic pop

/* All filters of `quads` times four pixels. */
TCM_KERNEL void conv2d_s8__pixels_mve_quads(const int8_t *input, const int8_t *tiles, int8_t *output, int32_t quads,
                                            int32_t input_step, int32_t channels, int32_t halves, int32_t rounding,
                                            int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t tile_bytes = (halves ? 64 : 32) + 24;
    for (int32_t channel = 0; channel + 2 <= channels; channel += 2, tiles += tile_bytes) {
        conv2d_s8__pixels_mve_tile(input, tiles, output + channel, quads, input_step, channels, halves,
                                   channels % 2 == 0 ? 2 : 3, rounding, output_offset, activation_min, activation_max);
    }
    if (channels % 2 != 0) {
        conv2d_s8__pixels_mve_tile(input, tiles, output + channels - 1, quads, input_step, channels, halves, 1,
                                   rounding, output_offset, activation_min, activation_max);
    }
}

/* Pixels in `rows` rows of `columns`, four at least. From the last unsafe_columns whole vectors cannot be read, and there
 * may be less than four last ones: they are copied, if need be with some before them. An output at an odd address is
 * computed in scratch memory, block by block. In scratch: copied pixels, then a block of outputs. */
TCM_KERNEL void conv2d_s8__pixels_mve(const int8_t *input, const int8_t *tiles, int8_t *output, uint8_t *scratch,
                                      int32_t rows, int32_t columns, int32_t unsafe_columns, int32_t image_rows,
                                      int32_t image_step, int32_t row_step, int32_t column_step, int32_t input_channels,
                                      int32_t output_channels, int32_t halves, int32_t copied_bytes,
                                      int32_t block_quads, int32_t rounding, int32_t output_offset,
                                      int32_t activation_min, int32_t activation_max)
{
    const int32_t safe_quads = tcm_clamp(columns - unsafe_columns, 0, columns) / 4;
    const int32_t aligned = output_channels % 2 != 0 || ((uintptr_t)output & 1) == 0;
    int8_t *copies = (int8_t *)scratch;
    int8_t *block = copies + copied_bytes;
    TCM_MVE_OPAQUE(tiles);
    for (int32_t row = 0; row < rows; row++, output += columns * output_channels) {
        const int8_t *values = input + (row / image_rows) * image_step + (row % image_rows) * row_step;
        for (int32_t x = 0; x < columns;) {
            const int32_t left = safe_quads - x / 4;
            const int32_t quads = left <= 0 ? 1 : aligned || left < block_quads ? left : block_quads;
            const int32_t first = left > 0 || x + 4 <= columns ? x : columns - 4;
            const int8_t *pixels = values + first * column_step;
            int8_t *outputs = output + first * output_channels;
            if (left <= 0) {
                tcm_mve_copy(copies, pixels, 3 * column_step + input_channels);
                pixels = copies;
            }
            conv2d_s8__pixels_mve_quads(pixels, tiles, aligned ? outputs : block, quads, column_step, output_channels,
                                        halves, rounding, output_offset, activation_min, activation_max);
            if (!aligned) {
                tcm_mve_copy(outputs, block, 4 * quads * output_channels);
            }
            x = first + 4 * quads;
        }
    }
}

#endif
