/* Winograd's convolution for cores with the DSP extension, two tiles side by side and four filters at a time: what is
 * needed for one row of positions, F(2, 3). See tcm_dsp_winograd.h. */
#ifndef TCM_DSP_WINOGRAD_TWO_TILES_H
#define TCM_DSP_WINOGRAD_TWO_TILES_H

#include "tcm_dsp_columns.h"
#include "tcm_dsp_winograd.h"
#include "tcm_dsp_winograd_outputs.h"

enum {
    TCM_WINOGRAD_TWO_TILES = 2,
    TCM_WINOGRAD_TWO_COLUMNS = 6, /* of the patches of two tiles */
    TCM_WINOGRAD_GROUP = 4,       /* filters */
    TCM_WINOGRAD_TWO_PAIR_WORDS = 4 * TCM_WINOGRAD_TWO_TILES,
    TCM_WINOGRAD_POSITION_SUMS = TCM_WINOGRAD_TWO_TILES * TCM_WINOGRAD_GROUP,
    TCM_WINOGRAD_ROW_SUMS = 4 * TCM_WINOGRAD_POSITION_SUMS,
    TCM_WINOGRAD_GROUP_OUTPUTS = 2 * TCM_WINOGRAD_POSITION_SUMS /* of one row */
};

/* Finds the six columns of two tiles in one row of the image, from ``column`` on, which may be outside as the row may;
 * there they are a run of padding. places: every ``step``-th is written. */
TCM_KERNEL void tcm_winograd_find_places(const tcm_winograd_layer *layer, const int8_t *image, int32_t row,
                                         int32_t column, const int8_t *padding, const int8_t **places, int32_t step)
{
    const int32_t is_inside = row >= 0 && row < layer->input_height;
    for (int32_t i = column; i < column + TCM_WINOGRAD_TWO_COLUMNS; i++) {
        const int32_t has_place = is_inside && i >= 0 && i < layer->input_width;
        *places = has_place ? image + (row * layer->input_width + i) * layer->channels : padding;
        places += step;
    }
}

/* Stores what the columns up to column ``i`` give of d B: target [pair][position][tile]. columns: [column][pair], of
 * ``count`` channels, four or fewer. */
TCM_KERNEL void tcm_winograd_store_column(const uint32_t columns[TCM_WINOGRAD_TWO_COLUMNS][2], int32_t i, int32_t count,
                                          uint32_t *target)
{
    const int32_t tile = i / 2 - 1;
    TCM_UNROLL
    for (int32_t pair = 0; pair < 2; pair++) {
        uint32_t *const row = target + pair * TCM_WINOGRAD_TWO_PAIR_WORDS + tile;
        if (i < 2 || (pair == 1 && count < 3)) {
            continue;
        }
        if (i % 2 == 0) {
            row[0] = tcm_ssub16(columns[i - 2][pair], columns[i][pair]);
            row[TCM_WINOGRAD_TWO_TILES] = tcm_sadd16(columns[i - 1][pair], columns[i][pair]);
            row[2 * TCM_WINOGRAD_TWO_TILES] = tcm_ssub16(columns[i][pair], columns[i - 1][pair]);
        } else {
            row[3 * TCM_WINOGRAD_TWO_TILES] = tcm_ssub16(columns[i - 2][pair], columns[i][pair]);
        }
    }
}

/* Two tiles and four filters: tcm_winograd_product's weights are [position][pairs][4 filters], its sums [position]
 * [filter][tile]. */
#if defined(__ARM_ARCH_7EM__) && !(defined(__ARM_FP) && (__ARM_FP & 8))
#define TCM_WINOGRAD_ROW_WORDS       \
    "ldr.w lr, [r1, #4]\n\t"          \
    "ldr.w r11, [r0, #4]\n\t"         \
    "ldr.w r10, [r0], #32\n\t"        \
    "ldr.w r12, [r1], #16\n\t"
#else
#define TCM_WINOGRAD_ROW_WORDS       \
    "ldrd r12, lr, [r1], #16\n\t"     \
    "ldrd r10, r11, [r0], #32\n\t"
#endif

#define TCM_WINOGRAD_ROW_FIRST_STEP  \
    TCM_WINOGRAD_ROW_WORDS           \
    "smuad r2, r10, r12\n\t"          \
    "smuad r3, r11, r12\n\t"          \
    "smuad r4, r10, lr\n\t"           \
    "smuad r5, r11, lr\n\t"           \
    "ldrd r12, lr, [r1, #-8]\n\t"     \
    "smuad r6, r10, r12\n\t"          \
    "smuad r7, r11, r12\n\t"          \
    "smuad r8, r10, lr\n\t"           \
    "smuad r9, r11, lr\n\t"

#define TCM_WINOGRAD_ROW_STEP        \
    TCM_WINOGRAD_ROW_WORDS           \
    "smlad r2, r10, r12, r2\n\t"      \
    "smlad r3, r11, r12, r3\n\t"      \
    "smlad r4, r10, lr, r4\n\t"       \
    "smlad r5, r11, lr, r5\n\t"       \
    "ldrd r12, lr, [r1, #-8]\n\t"     \
    "smlad r6, r10, r12, r6\n\t"      \
    "smlad r7, r11, r12, r7\n\t"      \
    "smlad r8, r10, lr, r8\n\t"       \
    "smlad r9, r11, lr, r9\n\t"

#define TCM_WINOGRAD_TWO_TILES_STEPS TCM_WINOGRAD_STEPS(TCM_WINOGRAD_ROW_FIRST_STEP, TCM_WINOGRAD_ROW_STEP)

TCM_WINOGRAD_PRODUCT(tcm_winograd_row_sums, TCM_WINOGRAD_TWO_TILES_STEPS, "36+" TCM_DSP_WORDS_BYTES, "5", "8", "128")

/* What a row of M gives to a row of the outputs: left and right. sums: of one tile and filter. */
TCM_KERNEL void tcm_winograd_left_and_right(const int32_t *sums, uint32_t bias, uint32_t both[2])
{
    const uint32_t second = (uint32_t)sums[TCM_WINOGRAD_POSITION_SUMS] + bias;
    const uint32_t third = (uint32_t)sums[2 * TCM_WINOGRAD_POSITION_SUMS];
    both[0] = (uint32_t)sums[0] + second + third;
    both[1] = second - third - (uint32_t)sums[3 * TCM_WINOGRAD_POSITION_SUMS];
}

/* One row of both tiles of ``count`` filters, from the last row of M that it needs. kept: that row so far, which M is
 * added to or subtracted from; NULL if there is no other row. width: of the output from here on. */
TCM_KERNEL void tcm_winograd_finish(const int32_t *sums, const uint32_t *kept, int32_t is_subtracted,
                                    const int32_t *parameters, int8_t *target, const tcm_winograd_layer *layer,
                                    int32_t count, int32_t width)
{
    for (int32_t i = 0; i < count; i++) {
        const tcm_winograd_filter filter = tcm_winograd_read_filter(parameters);
        TCM_UNROLL
        for (int32_t tile = 0; tile < TCM_WINOGRAD_TWO_TILES; tile++) {
            int8_t *const outputs = target + 2 * tile * layer->filters;
            uint32_t both[2];
            tcm_winograd_left_and_right(sums + tile, kept == NULL ? filter.bias : 0, both);
            TCM_UNROLL
            for (int32_t column = 0; column < 2 && kept != NULL; column++) {
                const uint32_t before = kept[2 * tile + column];
                both[column] = is_subtracted ? before - both[column] : before + both[column];
            }
            if (2 * tile + 1 < width) {
                tcm_winograd_store_row(both, &filter, outputs, layer, 2);
            } else if (layer->output_width % 2 != 0 && 2 * tile < width) {
                tcm_winograd_store_row(both, &filter, outputs, layer, 1);
            }
        }
        sums += TCM_WINOGRAD_TWO_TILES;
        kept = kept == NULL ? NULL : kept + 2 * TCM_WINOGRAD_TWO_TILES;
        parameters += 4;
        target++;
    }
}

#endif
