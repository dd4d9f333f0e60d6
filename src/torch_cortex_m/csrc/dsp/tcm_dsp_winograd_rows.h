/* Winograd's convolution of tcm_dsp_winograd.h in less memory: one row of the 4 x 4 positions at a time, on two tiles and
 * four filters.
 *
 * Row i of B^T d B needs two rows of d only. Its sums of products M add to both rows of A^T M A, so what is kept from row
 * to row is the outputs as they are so far, and only one row of transformed inputs. */
#ifndef TCM_DSP_WINOGRAD_ROWS_H
#define TCM_DSP_WINOGRAD_ROWS_H

#include "tcm_dsp_columns.h"
#include "tcm_dsp_winograd.h"
#include "tcm_dsp_winograd_outputs.h"

enum {
    TCM_WINOGRAD_ROWS_TILES = 2,
    TCM_WINOGRAD_ROWS_COLUMNS = 6, /* of the patches of two tiles */
    TCM_WINOGRAD_ROWS_GROUP = 4,   /* filters */
    TCM_WINOGRAD_ROWS_BLOCK = 32,  /* filters whose outputs so far are kept; a multiple of a group */
    TCM_WINOGRAD_ROWS_PAIR_WORDS = 4 * TCM_WINOGRAD_ROWS_TILES,
    TCM_WINOGRAD_ROWS_POSITION_SUMS = TCM_WINOGRAD_ROWS_TILES * TCM_WINOGRAD_ROWS_GROUP,
    TCM_WINOGRAD_ROWS_SUMS = 4 * TCM_WINOGRAD_ROWS_POSITION_SUMS,
    TCM_WINOGRAD_ROWS_KEPT = 4 * TCM_WINOGRAD_ROWS_POSITION_SUMS /* words of a group's outputs */
};

/* The places of the patches of two tiles; outside the image, a run of padding. */
typedef const int8_t *tcm_winograd_places[TCM_WINOGRAD_ROWS_COLUMNS][4];

/* One column of B^T d: two rows' sum, or the first less the second; pairs of even and of odd channels. */
TCM_KERNEL void tcm_winograd_two_rows(uint32_t first, uint32_t second, int32_t is_sum, uint32_t pairs[2])
{
    const uint32_t even[2] = {(uint32_t)tcm_sxtb16(first), (uint32_t)tcm_sxtb16(second)};
    const uint32_t odd[2] = {(uint32_t)tcm_sxtb16_odd(first), (uint32_t)tcm_sxtb16_odd(second)};
    pairs[0] = is_sum ? tcm_sadd16(even[0], even[1]) : tcm_ssub16(even[0], even[1]);
    pairs[1] = is_sum ? tcm_sadd16(odd[0], odd[1]) : tcm_ssub16(odd[0], odd[1]);
}

/* ``count`` channels, four or fewer, of one row of B^T d B: target [pair][position][tile]. */
TCM_KERNEL void tcm_winograd_row_of_channels(const int8_t *const (*places)[4], int32_t first, int32_t second,
                                             int32_t is_sum, int32_t channel, int32_t count, uint32_t *target)
{
    uint32_t columns[TCM_WINOGRAD_ROWS_COLUMNS][2];
    TCM_UNROLL
    for (int32_t i = 0; i < TCM_WINOGRAD_ROWS_COLUMNS; i++) {
        const int8_t *const upper = places[i][first] + channel;
        const int8_t *const lower = places[i][second] + channel;
        if (count == 4) {
            tcm_winograd_two_rows(tcm_load_word(upper), tcm_load_word(lower), is_sum, columns[i]);
        } else {
            tcm_winograd_two_rows(tcm_dsp_rest_of_run(upper, count), tcm_dsp_rest_of_run(lower, count), is_sum,
                                  columns[i]);
        }
        if (i < 2) {
            continue;
        }
        const int32_t tile = i / 2 - 1;
        TCM_UNROLL
        for (int32_t odd = 0; odd < 2; odd++) {
            uint32_t *const row = target + odd * TCM_WINOGRAD_ROWS_PAIR_WORDS + tile;
            if (odd && count < 3) {
                continue;
            }
            if (i % 2 == 0) {
                row[0] = tcm_ssub16(columns[i - 2][odd], columns[i][odd]);
                row[TCM_WINOGRAD_ROWS_TILES] = tcm_sadd16(columns[i - 1][odd], columns[i][odd]);
                row[2 * TCM_WINOGRAD_ROWS_TILES] = tcm_ssub16(columns[i][odd], columns[i - 1][odd]);
            } else {
                row[3 * TCM_WINOGRAD_ROWS_TILES] = tcm_ssub16(columns[i - 2][odd], columns[i][odd]);
            }
        }
    }
}

TCM_KERNEL void tcm_winograd_row(const int8_t *const (*places)[4], int32_t first, int32_t second, int32_t is_sum,
                                 int32_t channels, uint32_t *target)
{
    int32_t channel = 0;
    for (; channel + 4 <= channels; channel += 4) {
        tcm_winograd_row_of_channels(places, first, second, is_sum, channel, 4, target);
        target += 2 * TCM_WINOGRAD_ROWS_PAIR_WORDS;
    }
    if (channel < channels) {
        tcm_winograd_row_of_channels(places, first, second, is_sum, channel, channels - channel, target);
    }
}

/* Not inlined, so that layers share the code. */
__attribute__((noinline, unused)) static void tcm_winograd_row_sum(const int8_t *const (*places)[4], int32_t channels,
                                                                   uint32_t *target)
{
    tcm_winograd_row(places, 1, 2, 1, channels, target);
}

__attribute__((noinline, unused)) static void tcm_winograd_row_difference(const int8_t *const (*places)[4],
                                                                          int32_t first, int32_t second,
                                                                          int32_t channels, uint32_t *target)
{
    tcm_winograd_row(places, first, second, 0, channels, target);
}

/* Row ``row`` of B^T d B; a literal. */
TCM_KERNEL void tcm_winograd_transform_row(const int8_t *const (*places)[4], int32_t row, int32_t channels,
                                           uint32_t *target)
{
    if (row == 1) {
        tcm_winograd_row_sum(places, channels, target);
    } else {
        tcm_winograd_row_difference(places, row == 3 ? 1 : row, row == 3 ? 3 : 2 - row / 2, channels, target);
    }
}

/* Two tiles and four filters: tcm_winograd_product's weights are [position][pairs][4 filters], its sums [position]
 * [filter][tile]. */
#if defined(__ARM_ARCH_7EM__) && !(defined(__ARM_FP) && (__ARM_FP & 8))
#define TCM_WINOGRAD_ROWS_WORDS       \
    "ldr.w lr, [r1, #4]\n\t"          \
    "ldr.w r11, [r0, #4]\n\t"         \
    "ldr.w r10, [r0], #32\n\t"        \
    "ldr.w r12, [r1], #16\n\t"
#else
#define TCM_WINOGRAD_ROWS_WORDS       \
    "ldrd r12, lr, [r1], #16\n\t"     \
    "ldrd r10, r11, [r0], #32\n\t"
#endif

#define TCM_WINOGRAD_ROWS_FIRST_STEP  \
    TCM_WINOGRAD_ROWS_WORDS           \
    "smuad r2, r10, r12\n\t"          \
    "smuad r3, r11, r12\n\t"          \
    "smuad r4, r10, lr\n\t"           \
    "smuad r5, r11, lr\n\t"           \
    "ldrd r12, lr, [r1, #-8]\n\t"     \
    "smuad r6, r10, r12\n\t"          \
    "smuad r7, r11, r12\n\t"          \
    "smuad r8, r10, lr\n\t"           \
    "smuad r9, r11, lr\n\t"

#define TCM_WINOGRAD_ROWS_STEP        \
    TCM_WINOGRAD_ROWS_WORDS           \
    "smlad r2, r10, r12, r2\n\t"      \
    "smlad r3, r11, r12, r3\n\t"      \
    "smlad r4, r10, lr, r4\n\t"       \
    "smlad r5, r11, lr, r5\n\t"       \
    "ldrd r12, lr, [r1, #-8]\n\t"     \
    "smlad r6, r10, r12, r6\n\t"      \
    "smlad r7, r11, r12, r7\n\t"      \
    "smlad r8, r10, lr, r8\n\t"       \
    "smlad r9, r11, lr, r9\n\t"

TCM_WINOGRAD_PRODUCT(tcm_winograd_rows_sums, TCM_WINOGRAD_ROWS_FIRST_STEP, TCM_WINOGRAD_ROWS_STEP, "5", "8", "128")

/* What a row of M gives to a row of the outputs: left and right. sums: of one tile and filter. */
TCM_KERNEL void tcm_winograd_left_and_right(const int32_t *sums, uint32_t bias, uint32_t both[2])
{
    const uint32_t second = (uint32_t)sums[TCM_WINOGRAD_ROWS_POSITION_SUMS] + bias;
    const uint32_t third = (uint32_t)sums[2 * TCM_WINOGRAD_ROWS_POSITION_SUMS];
    both[0] = (uint32_t)sums[0] + second + third;
    both[1] = second - third - (uint32_t)sums[3 * TCM_WINOGRAD_ROWS_POSITION_SUMS];
}

/* The outputs so far of two tiles and four filters, kept [filter][tile][row][column]. Row 1 of M counts in both of their
 * rows, as row 2 does, but with another sign; so do rows 0 and 3, each in one of them, which tcm_winograd_last_row adds.
 * A bias at position (1, 1) counts once in all four outputs. */
TCM_KERNEL void tcm_winograd_keep_row(const int32_t *sums, const int32_t *parameters, uint32_t *kept, int32_t row)
{
    for (int32_t filter = 0; filter < TCM_WINOGRAD_ROWS_GROUP; filter++) {
        const uint32_t bias = row == 1 ? (uint32_t)parameters[4 * filter] : 0;
        TCM_UNROLL
        for (int32_t tile = 0; tile < TCM_WINOGRAD_ROWS_TILES; tile++) {
            uint32_t both[2];
            tcm_winograd_left_and_right(sums + tile, bias, both);
            const uint32_t left = row == 1 ? 0 : kept[0];
            const uint32_t right = row == 1 ? 0 : kept[1];
            kept[0] = left + both[0];
            kept[1] = right + both[1];
            if (row == 2) {
                kept[2] = left - both[0];
                kept[3] = right - both[1];
            }
            kept += 4;
        }
        sums += TCM_WINOGRAD_ROWS_TILES;
    }
}

/* parameters: of the four filters. */
__attribute__((noinline, unused)) static void tcm_winograd_keep_row_1(const int32_t *sums, const int32_t *parameters,
                                                                      uint32_t *kept)
{
    tcm_winograd_keep_row(sums, parameters, kept, 1);
}

__attribute__((noinline, unused)) static void tcm_winograd_keep_row_2(const int32_t *sums, uint32_t *kept)
{
    tcm_winograd_keep_row(sums, NULL, kept, 2);
}

/* One row of the outputs of a tile, from row 0 or 3 of M and what is kept. */
TCM_KERNEL void tcm_winograd_last_row(const int32_t *sums, const uint32_t *kept, int32_t row, uint32_t outputs[2])
{
    uint32_t both[2];
    tcm_winograd_left_and_right(sums, 0, both);
    outputs[0] = row == 0 ? kept[0] + both[0] : kept[2] - both[0];
    outputs[1] = row == 0 ? kept[1] + both[1] : kept[3] - both[1];
}

#endif
