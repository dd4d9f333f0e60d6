/* Convolutions with few filters for cores without SIMD: two taps of a filter in a multiplication.
 *
 * The inputs of two taps, which are read where they are, make a word x0 + 2^16 * x1, and their weights are one already,
 * w1 + 2^16 * w0. The upper half of the product is
 *
 *     x0 * w0 + x1 * w1 + floor(x0 * w1 / 2^16)
 *
 * where the last term is 0 once 2^15 is added to the product, as |x0 * w1| <= 2^14; the sum fits in the half unless
 * both weights are -128, which is for others. No words of inputs are put into memory, which few filters would share.
 *
 * weights: per block of filters, for each row of the window, [pair of taps][filter]; of an odd number of taps the last
 * one is by itself, w0 * 2^16. parameters: 4 words a filter: bias for inputs without an offset, shift or scale,
 * multiplier, addend. */
#ifndef TCM_SCALAR_TAP_PAIRS_H
#define TCM_SCALAR_TAP_PAIRS_H

#include "tcm_copy.h"
#include "tcm_scalar.h"
#include "tcm_window.h"

enum { TCM_TAP_PAIRS_FILTERS = 6, TCM_TAP_PAIRS_UNROLLED = 4 };

/* Adds the products of two taps of some filters. */
TCM_KERNEL void tcm_tap_pairs_multiply_some(uint32_t inputs, const uint32_t *weights, int32_t filters, uint32_t *sums)
{
#if defined(__thumb2__) && defined(__GNUC__)
    /* Loads in a row cost one cycle each but for the last one: all come before the first product. */
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < filters; i++) {
        __asm__ volatile("" : : "r"(weights[i]));
    }
#endif
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < filters; i++) {
        const int32_t products = (int32_t)(inputs * weights[i] + 0x8000);
        sums[i] += (uint32_t)(products >> 16);
#if defined(__GNUC__)
        __asm__ volatile("" : "+r"(sums[i]));
#endif
    }
}

/* Adds the products of two taps of ``block`` filters, a literal. */
TCM_KERNEL void tcm_tap_pairs_multiply(uint32_t inputs, const uint32_t *weights, int32_t block,
                                       uint32_t sums[TCM_TAP_PAIRS_FILTERS])
{
    /* There are no registers for the weights of many filters. */
    const int32_t first = block > 4 ? 3 : block;
    tcm_tap_pairs_multiply_some(inputs, weights, first, sums);
    tcm_tap_pairs_multiply_some(inputs, weights + first, block - first, sums + first);
}

/* Adds the products of ``count`` pairs of taps. Inputs lie ``step`` apart. */
TCM_KERNEL void tcm_tap_pairs_products(const int8_t *inputs, int32_t step, const uint32_t *weights, int32_t count,
                                       int32_t block, uint32_t sums[TCM_TAP_PAIRS_FILTERS])
{
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < count; i++) {
        const uint32_t pair = (uint32_t)inputs[2 * i * step] + ((uint32_t)inputs[(2 * i + 1) * step] << 16);
        tcm_tap_pairs_multiply(pair, weights + i * block, block, sums);
    }
}

/* Where a window's inputs are: ``taps`` in each row, ``step`` apart, and rows ``row_step`` apart. */
typedef struct {
    const int8_t *inputs;
    int32_t step;
    int32_t row_step;
} tcm_tap_pairs_source;

/* The outputs of ``block`` filters on one window. */
TCM_KERNEL void tcm_tap_pairs_block(const tcm_tap_pairs_source *source, int32_t rows, int32_t taps,
                                    const uint32_t *weights, const int32_t *parameters, int32_t block, int8_t *output,
                                    const tcm_scalar_outputs *outputs)
{
    const int32_t pairs = taps / 2;
    const int32_t unrolled = pairs < TCM_TAP_PAIRS_UNROLLED ? pairs : TCM_TAP_PAIRS_UNROLLED;
    uint32_t sums[TCM_TAP_PAIRS_FILTERS];
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < block; i++) {
        sums[i] = (uint32_t)parameters[4 * i];
    }
    const int8_t *inputs = source->inputs;
    for (int32_t row = 0; row < rows; row++) {
        for (int32_t i = 0; unrolled > 0 && i < pairs / unrolled; i++) {
            tcm_tap_pairs_products(inputs, source->step, weights, unrolled, block, sums);
            inputs = tcm_advance(inputs, 2 * unrolled * source->step);
            weights += unrolled * block;
        }
        if (unrolled > 0 && pairs % unrolled > 0) {
            tcm_tap_pairs_products(inputs, source->step, weights, pairs % unrolled, block, sums);
            inputs = tcm_advance(inputs, 2 * (pairs % unrolled) * source->step);
            weights += pairs % unrolled * block;
        }
        if (taps % 2 > 0) {
            tcm_tap_pairs_multiply((uint32_t)inputs[0], weights, block, sums);
            weights += block;
        }
        inputs += source->row_step - pairs * 2 * source->step;
    }
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < block; i++) {
        output[i] = tcm_scalar_output((int32_t)sums[i], parameters + 4 * i + 1, outputs);
    }
}

/* Copies ``columns`` neighbours of a window's row and returns the end of the copy. */
TCM_KERNEL int8_t *tcm_tap_pairs_copy(const tcm_window *window, const int8_t *input, int32_t columns, int32_t channels,
                                      int8_t *target)
{
    if (tcm_window_is_contiguous(window)) {
        return tcm_copy(target, input, columns * channels);
    }
    for (int32_t i = 0; i < columns; i++) {
        target = tcm_copy(target, input, channels);
        input += window->dilation_width * window->input_channels;
    }
    return target;
}

/* Copies a window that shares places with padding. */
TCM_KERNEL void tcm_tap_pairs_gather(const tcm_window *window, const tcm_place *place, int32_t channels,
                                     int8_t *target)
{
    const int32_t width = window->kernel_width;
    const int32_t step = window->dilation_width;
    /* Rounded towards zero: columns within the image give zero or less. */
    const int32_t left = tcm_clamp((step - 1 - place->column) / step, 0, width);
    const int32_t last = place->column + (width - 1) * step;
    const int32_t right = tcm_clamp((last - window->input_width + step) / step, 0, width - left);
    for (int32_t ky = 0; ky < window->kernel_height; ky++) {
        const int32_t y = place->row + ky * window->dilation_height;
        if (y < 0 || y >= window->input_height) {
            target = tcm_fill(target, window->padding_value, width * channels);
        } else {
            const int32_t start = y * window->input_width + place->column + left * step;
            target = tcm_fill(target, window->padding_value, left * channels);
            target = tcm_tap_pairs_copy(window, place->image + start * window->input_channels, width - left - right,
                                        channels, target);
            target = tcm_fill(target, window->padding_value, right * channels);
        }
    }
}

/* The outputs of all filters of a group on one window. */
TCM_KERNEL void tcm_tap_pairs_filters(const tcm_tap_pairs_source *source, int32_t rows, int32_t taps,
                                      const uint32_t *weights, const int32_t *parameters, int32_t filters,
                                      int8_t *output, const tcm_scalar_outputs *outputs)
{
    const int32_t words = rows * ((taps + 1) / 2);
    const int32_t blocks = (filters + TCM_TAP_PAIRS_FILTERS - 1) / TCM_TAP_PAIRS_FILTERS;
    const int32_t block = (filters + blocks - 1) / blocks;
    for (int32_t i = 0; i < filters / block; i++) {
        tcm_tap_pairs_block(source, rows, taps, weights, parameters, block, output, outputs);
        weights += block * words;
        parameters += 4 * block;
        output += block;
    }
    if (filters % block > 0) {
        tcm_tap_pairs_block(source, rows, taps, weights, parameters, filters % block, output, outputs);
    }
}

/* All places and groups. A row's inputs are neighbours, or those of single channels. scratch: a window, where there is
 * padding. */
TCM_KERNEL void tcm_tap_pairs_convolve(const int8_t *input, const uint32_t *weights, const int32_t *parameters,
                                       int8_t *output, int8_t *scratch, int32_t batches, int32_t filters,
                                       const tcm_window *window, const tcm_scalar_outputs *outputs)
{
    const int32_t channels = window->input_channels / window->groups;
    const int32_t taps = window->kernel_width * channels;
    const int32_t group_filters = filters / window->groups;
    /* Places are those of the input, one after the other. */
    const int32_t is_flat = window->kernel_height == 1 && window->kernel_width == 1 && window->stride_height == 1 &&
                            window->stride_width == 1 && !tcm_window_has_padding(window);
    tcm_tap_pairs_source source = {
        .step = tcm_window_is_contiguous(window) ? 1 : window->dilation_width * window->input_channels,
        .row_step = window->dilation_height * window->input_width * window->input_channels,
    };
    for (int32_t group = 0; group < window->groups; group++) {
        tcm_place place = tcm_window_first_place(window, input + group * channels);
        int8_t *target = output + group * group_filters;
        for (int32_t i = 0; i < batches * window->output_height * window->output_width; i++) {
            if (is_flat) {
                source.inputs = input + group * channels + i * window->input_channels;
                tcm_tap_pairs_filters(&source, 1, taps, weights, parameters, group_filters, target, outputs);
            } else if (tcm_window_is_inside(window, &place)) {
                const int32_t start = place.row * window->input_width + place.column;
                source.inputs = place.image + start * window->input_channels;
                tcm_tap_pairs_filters(&source, window->kernel_height, taps, weights, parameters, group_filters, target,
                                      outputs);
            } else {
                const tcm_tap_pairs_source gathered = {.inputs = scratch, .step = 1, .row_step = taps};
                tcm_tap_pairs_gather(window, &place, channels, scratch);
                tcm_tap_pairs_filters(&gathered, window->kernel_height, taps, weights, parameters, group_filters,
                                      target, outputs);
            }
            target += filters;
            place = tcm_window_place_after(window, place, 1);
        }
        weights += group_filters * window->kernel_height * ((taps + 1) / 2);
        parameters += 4 * group_filters;
    }
}

#endif
