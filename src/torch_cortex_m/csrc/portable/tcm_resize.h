/* Interpolation between the pixels of an image: which four pixels an output lies between, and how much each counts. */
#ifndef TCM_RESIZE_H
#define TCM_RESIZE_H

#include "tcm.h"

enum { TCM_PLACE_BITS = 10 }; /* Places are in 1/1024 pixel. */

/* The pixel before a place, as an offset; the distance to the next one, 0 where that does not count; its weight. */
typedef struct {
    int32_t first;
    int32_t step;
    int32_t part;
} tcm_resize_place;

/* The weight is in 1 / 2^bits, of which the places are multiples. */
TCM_KERNEL tcm_resize_place tcm_resized(int32_t place, int32_t distance, int32_t bits)
{
    const int32_t part = place & ((1 << TCM_PLACE_BITS) - 1);
    tcm_resize_place result;
    result.first = (place >> TCM_PLACE_BITS) * distance;
    result.step = part > 0 ? distance : 0;
    result.part = part >> (TCM_PLACE_BITS - bits);
    return result;
}

/* The weights of four pixels, in 1 / 4^bits: upper ones, then lower ones. */
typedef struct {
    int32_t upper_left;
    int32_t upper_right;
    int32_t lower_left;
    int32_t lower_right;
} tcm_resize_weights;

TCM_KERNEL tcm_resize_weights tcm_resize_weights_of(int32_t down, int32_t right, int32_t bits)
{
    const int32_t one = 1 << bits;
    tcm_resize_weights weights;
    weights.upper_left = (one - down) * (one - right);
    weights.upper_right = (one - down) * right;
    weights.lower_left = down * (one - right);
    weights.lower_right = down * right;
    return weights;
}

/* Computes the output in blocks of channels, so many ``at_once``: BLOCK(first of the four pixels, distance to the lower
 * ones, to the right ones, weights, fraction_bits, output). The last block may overlap the one before it. */
#define TCM_RESIZE_BY(BLOCK, at_once)                                                                                 \
    const int32_t row_step = input_width * channels;                                                                  \
    for (int32_t i = 0; i < batches * output_height; i++) {                                                           \
        const tcm_resize_place down = tcm_resized(rows[i % output_height], row_step, fraction_bits);                  \
        const int8_t *upper = input + i / output_height * input_height * row_step + down.first;                       \
        for (int32_t x = 0; x < output_width; x++) {                                                                  \
            const tcm_resize_place right = tcm_resized(columns[x], channels, fraction_bits);                          \
            const tcm_resize_weights weights = tcm_resize_weights_of(down.part, right.part, fraction_bits);           \
            for (int32_t next = 0; next < channels; next += (at_once)) {                                              \
                const int32_t start =                                                                                 \
                    channels % (at_once) == 0 || next + (at_once) <= channels ? next : channels - (at_once);          \
                BLOCK(upper + right.first + start, down.step, right.step, &weights, fraction_bits, output + start);   \
            }                                                                                                         \
            output += channels;                                                                                       \
        }                                                                                                             \
    }

#define TCM_RESIZE_PARAMETERS                                                                                         \
    int32_t batches, int32_t input_height, int32_t input_width, int32_t channels, int32_t output_height,              \
        int32_t output_width, int32_t fraction_bits

#endif
