/* Rows of input for convolutions on MVE: copied with their borders, and read as two neighbouring windows. */
#ifndef TCM_MVE_ROWS_H
#define TCM_MVE_ROWS_H

#include <arm_mve.h>
#include <string.h>

#include "tcm_copy.h"
#include "tcm_mve_pairs.h"

/* Copies a few bytes, a literal number, and writes up to 15 bytes more. */
TCM_KERNEL void tcm_mve_copy_over(int8_t *to, const int8_t *from, int32_t bytes)
{
    if (bytes <= 8) {
        for (int32_t i = 0; i < bytes; i += 4) {
            memcpy(to + i, from + i, 4);
        }
    } else {
        for (int32_t i = 0; i < bytes; i += 16) {
            vst1q_s8(to + i, vld1q_s8(from + i));
        }
    }
}

/* Copies bytes, each of them `repeat` times, a literal; `to` is aligned to 4. */
TCM_KERNEL void tcm_mve_copy_repeated(int8_t *to, const int8_t *from, int32_t bytes, int32_t repeat)
{
    if (repeat == 1) {
        tcm_mve_copy(to, from, bytes);
    } else if (repeat == 2) {
        __asm__ volatile("wlstp.16 lr, %2, 2f\n"
                         "1:\n"
                         "vldrb.u16 q0, [%1], #8\n"
                         "vmul.i16 q0, q0, %3\n"
                         "vstrh.16 q0, [%0], #16\n"
                         "letp lr, 1b\n"
                         "2:\n"
                         : "+&l"(to), "+&l"(from)
                         : "r"(bytes), "r"(0x0101)
                         : "lr", "q0", "cc", "memory");
    } else if (repeat == 4) {
        __asm__ volatile("wlstp.32 lr, %2, 2f\n"
                         "1:\n"
                         "vldrb.u32 q0, [%1], #4\n"
                         "vmul.i32 q0, q0, %3\n"
                         "vstrw.32 q0, [%0], #16\n"
                         "letp lr, 1b\n"
                         "2:\n"
                         : "+&l"(to), "+&l"(from)
                         : "r"(bytes), "r"(0x01010101)
                         : "lr", "q0", "cc", "memory");
    } else {
        for (int32_t i = 0; i < bytes; i++) {
            tcm_mve_fill(to + i * repeat, from[i], repeat);
        }
    }
}

/* Rows of input, row_bytes apart in `rows`, with borders of the input's zero point at both ends. Every input value is
 * there `repeat` times; input_bytes are those of the input's own rows. */
typedef struct {
    int8_t *rows;
    int32_t row_bytes;
    int32_t left_bytes;
    int32_t input_height;
    int32_t input_bytes;
    int32_t zero_point;
    int32_t repeat;
} tcm_mve_rows;

/* Fills `count` rows from `first` on with those of `image` from row `top` on; outside of the image all is border. */
TCM_KERNEL void tcm_mve_load_rows(tcm_mve_rows r, int32_t first, int32_t count, const int8_t *image, int32_t top)
{
    for (int32_t i = 0; i < count; i++) {
        const int32_t y = top + i;
        int8_t *row = r.rows + (first + i) * r.row_bytes;
        if (y >= 0 && y < r.input_height) {
            tcm_mve_copy_repeated(row + r.left_bytes, image + y * r.input_bytes, r.input_bytes, r.repeat);
        } else {
            tcm_mve_fill(row, r.zero_point, r.row_bytes);
        }
    }
}

/* Brings the rows for output row y, `needed` of them from input row y * stride - padding_top on, and returns the first
 * one. There is room for `spare` rows more: only when they are used up, the rows that are still needed move to the
 * beginning. */
TCM_KERNEL int8_t *tcm_mve_rows_of(tcm_mve_rows r, const int8_t *image, int32_t y, int32_t stride, int32_t padding_top,
                                   int32_t needed, int32_t spare)
{
    const int32_t kept = needed > stride ? needed - stride : 0;
    const int32_t period = spare / (needed - kept) + 1;
    const int32_t first = (y % period) * (needed - kept);
    const int32_t top = y * stride - padding_top;
    if (y == 0) {
        tcm_mve_load_rows(r, 0, needed, image, top);
        return r.rows;
    }
    if (first == 0) {
        tcm_mve_copy(r.rows, r.rows + period * (needed - kept) * r.row_bytes, kept * r.row_bytes);
    }
    tcm_mve_load_rows(r, first + kept, needed - kept, image, top + kept);
    return r.rows + first * r.row_bytes;
}

/* One step of two windows: what the second one reads, the first one often has to read in the next step, so that two
 * registers take turns. tcm_at is where the first window reads after `base`, tcm_turn counts the steps since it had to
 * load, and tcm_begin tells the first step of a tile. */
#define TCM_MVE_WINDOW_STEP(base)                                                                                     \
    ".if tcm_turn == 0\n" TCM_MVE_WINDOW_LOAD("q2", base, "tcm_at") ".endif\n"                                        \
    ".if tcm_turn %% 2 == 0\n" TCM_MVE_WINDOW_PRODUCTS("q2", "q3", base)                                              \
    ".else\n" TCM_MVE_WINDOW_PRODUCTS("q3", "q2", base)                                                               \
    ".endif\n"                                                                                                        \
    ".set tcm_begin, 0\n"

#define TCM_MVE_WINDOW_PRODUCTS(x, y, base)                                                                           \
    "vldrw.32 q0, [r5], #16\n" TCM_MVE_WINDOW_PRODUCT("r0", "q0", x)                                                  \
    TCM_MVE_WINDOW_LOAD(y, base, "tcm_at + %c[distance]")                                                             \
    TCM_MVE_WINDOW_PRODUCT("r8", "q0", y) "vldrw.32 q1, [r5], #16\n" TCM_MVE_WINDOW_PRODUCT("r2", "q1", x)            \
    TCM_MVE_WINDOW_PRODUCT("r10", "q1", y) "vldrw.32 q0, [r5], #16\n" TCM_MVE_WINDOW_PRODUCT("r4", "q0", x)           \
    TCM_MVE_WINDOW_PRODUCT("r12", "q0", y) "vldrw.32 q1, [r5], #16\n" TCM_MVE_WINDOW_PRODUCT("r6", "q1", x)           \
    TCM_MVE_WINDOW_PRODUCT("lr", "q1", y)

#define TCM_MVE_WINDOW_PRODUCT(sum, weights, values)                                                                  \
    ".if tcm_begin\n vmladav.s8 " sum ", " weights ", " values "\n"                                                   \
    ".else\n vmladava.s8 " sum ", " weights ", " values "\n.endif\n"

/* A row of two windows, in the order of the weights: for each vector of a pixel's channels, and for each column between
 * two windows, the columns at multiples of their distance from there. */
#define TCM_MVE_WINDOW_ROW(base)                                                                                      \
    ".set tcm_vector, 0\n"                                                                                            \
    ".rept %c[vectors]\n"                                                                                             \
    ".set tcm_phase, 0\n"                                                                                             \
    ".rept %c[phases]\n"                                                                                              \
    ".set tcm_turn, 0\n"                                                                                              \
    ".set tcm_at, 16 * (tcm_vector + tcm_phase * %c[vectors])\n"                                                      \
    ".rept (%c[columns] - tcm_phase + %c[phases] - 1) / %c[phases]\n" TCM_MVE_WINDOW_STEP(base)                       \
    ".set tcm_turn, tcm_turn + 1\n"                                                                                   \
    ".set tcm_at, tcm_at + %c[distance]\n"                                                                            \
    ".endr\n"                                                                                                         \
    ".set tcm_phase, tcm_phase + 1\n"                                                                                 \
    ".endr\n"                                                                                                         \
    ".set tcm_vector, tcm_vector + 1\n"                                                                               \
    ".endr\n"

/* All rows of two windows from r3; r11 walks over them. Many steps are a loop over the rows, to spare flash. */
#define TCM_MVE_WINDOW_STEPS                                                                                          \
    ".if %c[kernel_rows] * %c[vectors] * %c[columns] > 36\n"                                                          \
    ".set tcm_begin, 0\n"                                                                                             \
    ".irp sum, r0, r2, r4, r6, r8, r10, r12, lr\n mov \\sum, #0\n.endr\n"                                             \
    "mov r11, r3\n"                                                                                                   \
    "mov r7, %[kernel_rows]\n"                                                                                        \
    "2:\n" TCM_MVE_WINDOW_ROW("r11")                                                                                  \
    "add r11, r11, %[row_step]\n"                                                                                     \
    "subs r7, r7, #1\n"                                                                                               \
    "bne 2b\n"                                                                                                        \
    ".else\n"                                                                                                         \
    ".set tcm_begin, 1\n" TCM_MVE_WINDOW_ROW("r3")                                                                    \
    ".set tcm_row, 1\n"                                                                                               \
    ".rept %c[kernel_rows] - 1\n"                                                                                     \
    ".if tcm_row == 1\n add r11, r3, %[row_step]\n.else\n add r11, r11, %[row_step]\n.endif\n"                        \
    TCM_MVE_WINDOW_ROW("r11")                                                                                         \
    ".set tcm_row, tcm_row + 1\n"                                                                                     \
    ".endr\n"                                                                                                         \
    ".endif\n"

/* Long strings of assembly are meant. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"

/* Like tcm_mve_plain_pairs, for `pairs` times two windows, the first one at `window` and each `distance` bytes after its
 * predecessor: kernel_rows rows, row_step bytes apart, of columns * vectors vectors of 16 values. If a pixel's channels
 * are whole vectors, so many are `vectors`, and windows are `phases` pixels apart; otherwise columns and phases are 1.
 * With `words`, addresses, distance and row_step are multiples of 4. */
TCM_KERNEL void tcm_mve_windows(const int8_t *window, const int8_t *tiles, int8_t *output, int32_t pairs,
                                int32_t channels, int32_t kernel_rows, int32_t row_step, int32_t columns,
                                int32_t vectors, int32_t phases, int32_t distance, int32_t words, int32_t rounding,
                                int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    const int32_t clamp = tcm_mve_clamp_kind(activation_min, activation_max);
    const int32_t output_step = channels;
    register int32_t r0 __asm__("r0") = pairs;
    register int8_t *r1 __asm__("r1") = output;
    register const int8_t *r3 __asm__("r3") = window + (words ? 0 : 127);
    register const int8_t *r5 __asm__("r5") = tiles;
    __asm__ volatile(TCM_MVE_PAIRS(TCM_MVE_WINDOW_STEPS, "", TCM_MVE_ADVANCE("r3", "2 * %c[distance]"))
                     : "+r"(r0), "+r"(r1), "+r"(r3), "+r"(r5)
                     : TCM_MVE_PAIR_OPERANDS, [kernel_rows] "i"(kernel_rows), [row_step] "i"(row_step),
                       [vectors] "i"(vectors), [columns] "i"(columns), [phases] "i"(phases), [distance] "i"(distance),
                       [words] "i"(words)
                     : "r11", TCM_MVE_CLOBBERS_BUT_R0);
}

#pragma GCC diagnostic pop

#endif
