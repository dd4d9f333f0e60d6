/* Lines of an image as pairs of halfwords, for depthwise convolutions on cores with the DSP extension.
 *
 * A line is a row of the image, or a column where that is the longer side: ``along`` is the axis of a line, ``across``
 * the other one. Two lines are kept as words of two halves, one word per place and channel, so that one SMLAD is two
 * taps and each input value is unpacked once for all outputs that need it. Four channels are unpacked at a time. */
#ifndef TCM_DSP_PAIRS_H
#define TCM_DSP_PAIRS_H

#include "tcm_dsp.h"

/* One batch and block of channels of the input. */
typedef struct {
    const int8_t *input;
    int32_t block;       /* channels, up to 4 */
    int32_t along_step;  /* bytes from one place of a line to the next */
    int32_t along_count; /* places that are read */
    int32_t across_step; /* bytes from one line to the next */
    int32_t across_size; /* lines in the image */
    const int8_t *padding; /* four bytes that stand for zero */
} tcm_dsp_image;

/* One place of two lines, ``block`` channels; returns the end of the pairs. */
TCM_KERNEL int32_t *tcm_dsp_load_place(const int8_t *first, const int8_t *second, int32_t block, int32_t *pairs)
{
    const uint32_t a = tcm_load_bytes(first, block);
    const uint32_t b = tcm_load_bytes(second, block);
    const uint32_t low = tcm_pack_low(a, b);
    const uint32_t high = tcm_pack_high(a, b);
    if (block == 4) {
        pairs = tcm_store_two_words(pairs, tcm_sxtb16(low), tcm_sxtb16_odd(low));
        return tcm_store_two_words(pairs, tcm_sxtb16(high), tcm_sxtb16_odd(high));
    }
    *pairs++ = tcm_sxtb16(low);
    if (block > 1) {
        *pairs++ = tcm_sxtb16_odd(low);
    }
    if (block > 2) {
        *pairs++ = tcm_sxtb16(high);
    }
    return pairs;
}

/* Unpacks lines ``first`` and ``second`` into pairs [along_count][block]. A line outside the image is padding. */
TCM_KERNEL void tcm_dsp_load_pairs(const tcm_dsp_image *image, int32_t first, int32_t second, int32_t *pairs)
{
    const int8_t *a = image->padding;
    const int8_t *b = a;
    int32_t a_step = 0;
    int32_t b_step = 0;
    if (first >= 0 && first < image->across_size) {
        a = image->input + first * image->across_step;
        a_step = image->along_step;
    }
    if (second >= 0 && second < image->across_size) {
        b = image->input + second * image->across_step;
        b_step = image->along_step;
    }
    for (int32_t i = 0; i < image->along_count / 2; i++) {
        pairs = tcm_dsp_load_place(a, b, image->block, pairs);
        pairs = tcm_dsp_load_place(a + a_step, b + b_step, image->block, pairs);
        a += 2 * a_step;
        b += 2 * b_step;
    }
    if (image->along_count % 2 != 0) {
        tcm_dsp_load_place(a, b, image->block, pairs);
    }
}

#endif
