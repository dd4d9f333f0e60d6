/* Bilinear interpolation of four channels at a time: NHWC int8, places in 1 / 2^fraction_bits pixel, 1 to 4 bits.
 *
 * Elements plus 128 are halves of words, and so are their weighted sums, which are below 2^16. */
#ifndef RESIZE_BILINEAR_S8__WORDS_H
#define RESIZE_BILINEAR_S8__WORDS_H

#include "tcm_copy.h"
#include "tcm_resize.h"

enum { RESIZE_BILINEAR_HALVES = 0x00ff00ff };

TCM_KERNEL uint32_t resize_bilinear_s8_load(const int8_t *pixel)
{
    uint32_t word;
    tcm_copy_word((int8_t *)&word, pixel);
    return word ^ UINT32_C(0x80808080);
}

/* Both sums divided by 4^bits and rounded, ties away from 128. */
TCM_KERNEL uint32_t resize_bilinear_s8_rounded(uint32_t sums, int32_t bits)
{
    const uint32_t is_128_or_more = sums >> (7 + 2 * bits) & UINT32_C(0x00010001);
    const uint32_t half = UINT32_C(0x00010001) * ((1U << (2 * bits - 1)) - 1U);
    return (sums + is_128_or_more + half) >> (2 * bits) & RESIZE_BILINEAR_HALVES;
}

TCM_KERNEL void resize_bilinear_s8_word(const int8_t *pixel, int32_t down, int32_t right,
                                        const tcm_resize_weights *weights, int32_t bits, int8_t *output)
{
    const uint32_t words[4] = {
        resize_bilinear_s8_load(pixel),
        resize_bilinear_s8_load(pixel + right),
        resize_bilinear_s8_load(pixel + down),
        resize_bilinear_s8_load(pixel + down + right),
    };
    const uint32_t factors[4] = {(uint32_t)weights->upper_left, (uint32_t)weights->upper_right,
                                 (uint32_t)weights->lower_left, (uint32_t)weights->lower_right};
    uint32_t even = 0;
    uint32_t odd = 0;
    TCM_UNROLL_SCALAR
    for (int32_t k = 0; k < 4; k++) {
        even += (words[k] & RESIZE_BILINEAR_HALVES) * factors[k];
        odd += (words[k] >> 8 & RESIZE_BILINEAR_HALVES) * factors[k];
    }
    const uint32_t result =
        resize_bilinear_s8_rounded(even, bits) | resize_bilinear_s8_rounded(odd, bits) << 8;
    const uint32_t word = result ^ UINT32_C(0x80808080);
    tcm_copy_word(output, (const int8_t *)&word);
}

TCM_KERNEL void resize_bilinear_s8__words(const int8_t *input, const int32_t *rows, const int32_t *columns,
                                          int8_t *output, TCM_RESIZE_PARAMETERS)
{
    TCM_RESIZE_BY(resize_bilinear_s8_word, 4)
}

#endif
