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

#endif
