/* The windows of a convolution, and the places of its output in order. */
#ifndef TCM_WINDOW_H
#define TCM_WINDOW_H

#include "tcm.h"

typedef struct {
    int32_t input_height;
    int32_t input_width;
    int32_t input_channels;
    int32_t output_height;
    int32_t output_width;
    int32_t groups;
    int32_t kernel_height;
    int32_t kernel_width;
    int32_t stride_height;
    int32_t stride_width;
    int32_t padding_top;
    int32_t padding_left;
    int32_t padding_bottom;
    int32_t padding_right;
    int32_t dilation_height;
    int32_t dilation_width;
    int32_t padding_value;
} tcm_window;

/* Where a window begins; outside the image on padding. */
typedef struct {
    const int8_t *image;
    int32_t row;
    int32_t column;
} tcm_place;

TCM_KERNEL int32_t tcm_window_has_padding(const tcm_window *window)
{
    return window->padding_top > 0 || window->padding_left > 0 || window->padding_bottom > 0 ||
           window->padding_right > 0;
}

/* Whether the inputs of one row of a window are neighbours in memory. */
TCM_KERNEL int32_t tcm_window_is_contiguous(const tcm_window *window)
{
    return window->kernel_width == 1 || (window->dilation_width == 1 && window->groups == 1);
}

/* Whether no part of a window is padding. */
TCM_KERNEL int32_t tcm_window_is_inside(const tcm_window *window, const tcm_place *place)
{
    const int32_t reach_y = (window->kernel_height - 1) * window->dilation_height;
    const int32_t reach_x = (window->kernel_width - 1) * window->dilation_width;
    return !tcm_window_has_padding(window) ||
           (place->row >= 0 && place->row + reach_y < window->input_height && place->column >= 0 &&
            place->column + reach_x < window->input_width);
}

TCM_KERNEL tcm_place tcm_window_first_place(const tcm_window *window, const int8_t *input)
{
    const tcm_place place = {.image = input, .row = -window->padding_top, .column = -window->padding_left};
    return place;
}

/* The place ``steps`` after this one, in the order of the output. */
TCM_KERNEL tcm_place tcm_window_place_after(const tcm_window *window, tcm_place place, int32_t steps)
{
    const int32_t row_end = window->output_width * window->stride_width - window->padding_left;
    place.column += steps * window->stride_width;
    while (place.column >= row_end) {
        place.column -= window->output_width * window->stride_width;
        place.row += window->stride_height;
        if (place.row == window->output_height * window->stride_height - window->padding_top) {
            place.row = -window->padding_top;
            place.image += window->input_height * window->input_width * window->input_channels;
        }
    }
    return place;
}

#endif
