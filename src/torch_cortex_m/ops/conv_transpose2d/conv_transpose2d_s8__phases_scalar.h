/* Transposed convolution for cores without SIMD: each phase of the output is a convolution, one place at a time. See
 * tcm_phases.h and tcm_scalar_convolution.h. */
#ifndef CONV_TRANSPOSE2D_S8__PHASES_SCALAR_H
#define CONV_TRANSPOSE2D_S8__PHASES_SCALAR_H

#include "tcm_phases.h"
#include "tcm_scalar_convolution.h"

/* Weights and parameters of the next phase. */
typedef struct {
    const uint8_t *weights;
    const int32_t *parameters;
} conv_transpose2d_s8_scalar_phase;

/* The phases [first_y, end_y) times [first_x, end_x), which have windows of this size; returns the following ones. */
TCM_KERNEL conv_transpose2d_s8_scalar_phase conv_transpose2d_s8_scalar_phases(
    const int8_t *input, conv_transpose2d_s8_scalar_phase next, int8_t *output, uint8_t *scratch,
    const tcm_phases *phases, int32_t filters, const tcm_scalar_outputs *outputs, int32_t first_y, int32_t end_y,
    int32_t taps_height, int32_t first_x, int32_t end_x, int32_t taps_width)
{
    const int32_t taps = taps_height * taps_width * phases->input_channels;
    const int32_t step = phases->stride_width * phases->output_channels;
    for (int32_t i = 0; i < (end_y - first_y) * (end_x - first_x); i++) {
        const tcm_phase y = tcm_phase_of_rows(phases, first_y + i / (end_x - first_x));
        const tcm_phase x = tcm_phase_of_columns(phases, first_x + i % (end_x - first_x));
        const tcm_window window = tcm_phase_window(phases, y, x, taps_height, taps_width);
        for (int32_t row = 0; row < phases->batches * y.outputs; row++) {
            tcm_place place = tcm_phase_place(phases, input, y, x, row, taps_height, taps_width);
            int8_t *target = output + tcm_phase_output(phases, y, x, row);
            for (int32_t column = 0; column < x.outputs; column++) {
                const uint32_t sum = tcm_scalar_gather(&window, &place, phases->input_channels, scratch);
                tcm_scalar_multiply(scratch, sum, taps, next.weights, next.parameters, filters, target, outputs);
                place.column++;
                target += step;
            }
        }
        next.weights += filters * taps;
        next.parameters += 4 * filters;
    }
    return next;
}

#define CONV_TRANSPOSE2D_S8_SCALAR_PART(first_y, end_y, taps_height, first_x, end_x, taps_width)                      \
    next = conv_transpose2d_s8_scalar_phases(input, next, output, scratch, &phases, filters, &outputs, first_y, end_y, \
                                             taps_height, first_x, end_x, taps_width)

TCM_KERNEL void conv_transpose2d_s8__phases_scalar(const int8_t *input, const int8_t *weight,
                                                   const int32_t *parameters, int8_t *output, uint8_t *scratch,
                                                   TCM_PHASES_PARAMETERS, int32_t output_offset, int32_t way,
                                                   int32_t common_shift, int32_t activation_min,
                                                   int32_t activation_max)
{
    const tcm_phases phases = TCM_PHASES;
    const int32_t filters = output_channels * stride_width / phases_width;
    const tcm_scalar_outputs outputs = {
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    conv_transpose2d_s8_scalar_phase next = {.weights = (const uint8_t *)weight, .parameters = parameters};
    TCM_PHASE_PARTS(CONV_TRANSPOSE2D_S8_SCALAR_PART)
}

#endif
