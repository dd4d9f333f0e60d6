/* Elements of a group less their mean, or not, divided by the root of their squares, for MVE: as normalize_s8__rows, with
 * four neighbouring channels at a time. channel_addends is the bias plus output_offset * 2^16. */
#ifndef NORMALIZE_S8__ROWS_MVE_H
#define NORMALIZE_S8__ROWS_MVE_H

#include "normalize_s8__rows.h"

/* Adds the elements of a row, and their squares. */
TCM_KERNEL normalize_s8_sums normalize_s8_add_row(const int8_t *row, int32_t channels, normalize_s8_sums sums)
{
    __asm__ volatile("wlstp.8 lr, %[channels], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[row]], #16\n"
                     "vaddva.s8 %[elements], q0\n"
                     "vmladava.s8 %[squares], q0, q0\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [row] "+&l"(row), [elements] "+&Te"(sums.elements), [squares] "+&Te"(sums.squares)
                     : [channels] "r"(channels)
                     : "lr", "q0", "cc", "memory");
    return sums;
}

/* The outputs of a row. product_shift is literal. */
TCM_KERNEL void normalize_s8_row(const int8_t *row, const int32_t *multipliers, const int32_t *addends, int8_t *output,
                                 int32_t channels, const normalize_s8_score *score, int32_t product_shift,
                                 int32_t activation_min, int32_t activation_max)
{
    __asm__ volatile("vdup.32 q3, %[scale]\n"
                     "vdup.32 q4, %[factor]\n"
                     "vmov.i8 q6, #(%c[low] & 255)\n"
                     "vmov.i8 q7, #(%c[high] & 255)\n"
                     "wlstp.32 lr, %[channels], 2f\n"
                     "1:\n"
                     "vldrb.s32 q0, [%[row]], #4\n"
                     "vmlas.s32 q0, q3, %[addend]\n"
                     "vldrw.32 q1, [%[multipliers]], #16\n"
                     "vmulh.s32 q0, q0, q4\n"
                     "vldrw.32 q2, [%[addends]], #16\n"
                     "vshl.s32 q0, %[left]\n"
                     ".if %c[product_shift] < 32\n vshl.i32 q0, q0, #(32 - %c[product_shift])\n.endif\n"
                     "vmulh.s32 q0, q0, q1\n"
                     ".if %c[product_shift] > 32\n vshr.s32 q0, q0, #(%c[product_shift] - 32)\n.endif\n"
                     "vadd.i32 q0, q0, q2\n"
                     "vqrshrnb.s32 q0, q0, #16\n"
                     "vqmovnb.s16 q0, q0\n"
                     ".if %c[low] > -128\n vmax.s8 q0, q0, q6\n.endif\n"
                     ".if %c[high] < 127\n vmin.s8 q0, q0, q7\n.endif\n"
                     "vstrb.32 q0, [%[output]], #4\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [row] "+&l"(row), [output] "+&l"(output), [multipliers] "+&r"(multipliers),
                       [addends] "+&r"(addends)
                     : [channels] "r"(channels), [scale] "r"(score->scale), [factor] "r"(score->factor),
                       [addend] "r"(score->addend), [left] "r"(-score->right), [product_shift] "i"(product_shift),
                       [low] "i"(activation_min), [high] "i"(activation_max)
                     : "lr", "q0", "q1", "q2", "q3", "q4", "q6", "q7", "cc", "memory");
}

TCM_KERNEL void normalize_s8__rows_mve(const int8_t *input, const int32_t *channel_multipliers,
                                       const int32_t *channel_addends, int8_t *output, int32_t batches, int32_t places,
                                       int32_t groups, int32_t channels, int32_t centered, int32_t input_offset,
                                       int64_t epsilon, int32_t epsilon_bits, int32_t score_shift,
                                       int32_t product_shift, int32_t activation_min, int32_t activation_max)
{
    const int32_t row = groups * channels;
    for (int32_t block = 0; block < batches * groups; block++) {
        const int32_t first = block % groups * channels;
        const int32_t start = block / groups * places * row + first;
        const int32_t end = start + places * row;
        normalize_s8_sums sums = {.elements = 0, .squares = 0};
        for (int32_t place = start; place < end; place += row) {
            sums = normalize_s8_add_row(input + place, channels, sums);
        }
        sums = normalize_s8_with_offset(sums, places * channels, input_offset);
        const normalize_s8_score score = normalize_s8_score_of(sums, places * channels, centered, input_offset, epsilon,
                                                               epsilon_bits, score_shift);
        for (int32_t place = start; place < end; place += row) {
            normalize_s8_row(input + place, channel_multipliers + first, channel_addends + first, output + place,
                             channels, &score, product_shift, activation_min, activation_max);
        }
    }
}

#endif
