/* Winograd's convolution of tcm_dsp_winograd.h in less memory: one row of the 4 x 4 positions at a time, on two tiles
 * and four filters.
 *
 * A row of B^T d B needs two rows of d only, and A^T M A is a sum over the rows of M. So one row of transformed inputs
 * is there at a time, and what is kept from row to row is the outputs so far. */
#ifndef TCM_DSP_WINOGRAD_ROWS_H
#define TCM_DSP_WINOGRAD_ROWS_H

#include "tcm_dsp_winograd_two_tiles.h"

enum {
    TCM_WINOGRAD_PLACES = 4 * TCM_WINOGRAD_TWO_COLUMNS /* of the patches of two tiles, [column][row] */
};

/* One column of B^T d: two rows' sum, or the first less the second; pairs of even and of odd channels. */
TCM_KERNEL void tcm_winograd_two_rows(uint32_t first, uint32_t second, int32_t is_sum, uint32_t pairs[2])
{
    const uint32_t even[2] = {(uint32_t)tcm_sxtb16(first), (uint32_t)tcm_sxtb16(second)};
    const uint32_t odd[2] = {(uint32_t)tcm_sxtb16_odd(first), (uint32_t)tcm_sxtb16_odd(second)};
    pairs[0] = is_sum ? tcm_sadd16(even[0], even[1]) : tcm_ssub16(even[0], even[1]);
    pairs[1] = is_sum ? tcm_sadd16(odd[0], odd[1]) : tcm_ssub16(odd[0], odd[1]);
}

/* ``count`` channels, four or fewer, of one row of B^T d B: target [pair][position][tile]. */
TCM_KERNEL void tcm_winograd_row_of_channels(const int8_t *const *places, int32_t first, int32_t second,
                                             int32_t is_sum, int32_t channel, int32_t count, uint32_t *target)
{
    uint32_t columns[TCM_WINOGRAD_TWO_COLUMNS][2];
    TCM_UNROLL
    for (int32_t i = 0; i < TCM_WINOGRAD_TWO_COLUMNS; i++) {
        const int8_t *const upper = places[4 * i + first] + channel;
        const int8_t *const lower = places[4 * i + second] + channel;
        if (count == 4) {
            tcm_winograd_two_rows(tcm_load_word(upper), tcm_load_word(lower), is_sum, columns[i]);
        } else {
            tcm_winograd_two_rows(tcm_dsp_rest_of_run(upper, count), tcm_dsp_rest_of_run(lower, count), is_sum,
                                  columns[i]);
        }
        tcm_winograd_store_column(columns, i, count, target);
    }
}

TCM_KERNEL void tcm_winograd_row(const int8_t *const *places, int32_t first, int32_t second, int32_t is_sum,
                                 int32_t channels, uint32_t *target)
{
    int32_t channel = 0;
    for (; channel + 4 <= channels; channel += 4) {
        tcm_winograd_row_of_channels(places, first, second, is_sum, channel, 4, target);
        target += 2 * TCM_WINOGRAD_TWO_PAIR_WORDS;
    }
    if (channel < channels) {
        tcm_winograd_row_of_channels(places, first, second, is_sum, channel, channels - channel, target);
    }
}

/* Not inlined, so that layers share the code. */
__attribute__((noinline, unused)) static void tcm_winograd_row_sum(const int8_t *const *places, int32_t channels,
                                                                   uint32_t *target)
{
    tcm_winograd_row(places, 1, 2, 1, channels, target);
}

__attribute__((noinline, unused)) static void tcm_winograd_row_difference(const int8_t *const *places,
                                                                          int32_t first, int32_t second,
                                                                          int32_t channels, uint32_t *target)
{
    tcm_winograd_row(places, first, second, 0, channels, target);
}

/* Row ``row`` of B^T d B; a literal. */
TCM_KERNEL void tcm_winograd_transform_row(const int8_t *const *places, int32_t row, int32_t channels,
                                           uint32_t *target)
{
    if (row == 1) {
        tcm_winograd_row_sum(places, channels, target);
    } else {
        tcm_winograd_row_difference(places, row == 3 ? 1 : row, row == 3 ? 3 : 2 - row / 2, channels, target);
    }
}

/* Outputs so far of two tiles and four filters, [filter][tile][column], of their upper and lower rows. Row 1 of M
 * counts in both, as row 2 does, but with another sign; rows 0 and 3 count in one of them each, see
 * tcm_winograd_finish. A bias at position (1, 1) counts once in all four outputs.
 *
 * row: 1 or 2, a literal. Row 1 gives what is the same in both, and row 2 each of them; lower is NULL in row 1. */
TCM_KERNEL void tcm_winograd_keep_row(const int32_t *sums, const int32_t *parameters, uint32_t *upper, uint32_t *lower,
                                      int32_t row)
{
    for (int32_t filter = 0; filter < TCM_WINOGRAD_GROUP; filter++) {
        const uint32_t bias = row == 1 ? (uint32_t)parameters[4 * filter] : 0;
        TCM_UNROLL
        for (int32_t tile = 0; tile < TCM_WINOGRAD_TWO_TILES; tile++) {
            uint32_t both[2];
            tcm_winograd_left_and_right(sums + tile, bias, both);
            TCM_UNROLL
            for (int32_t column = 0; column < 2; column++) {
                const uint32_t before = row == 1 ? 0 : upper[column];
                upper[column] = before + both[column];
                if (lower != NULL) {
                    lower[column] = before - both[column];
                }
            }
            upper += 2;
            lower = lower == NULL ? NULL : lower + 2;
        }
        sums += TCM_WINOGRAD_TWO_TILES;
    }
}

/* parameters: of the four filters. */
__attribute__((noinline, unused)) static void tcm_winograd_keep_row_1(const int32_t *sums, const int32_t *parameters,
                                                                      uint32_t *upper)
{
    tcm_winograd_keep_row(sums, parameters, upper, NULL, 1);
}

__attribute__((noinline, unused)) static void tcm_winograd_keep_row_2(const int32_t *sums, uint32_t *upper,
                                                                      uint32_t *lower)
{
    tcm_winograd_keep_row(sums, NULL, upper, lower, 2);
}

#endif
