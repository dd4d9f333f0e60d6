/* Winograd's convolution for cores with the DSP extension: outputs from the sums of products, A^T M A. See
 * tcm_dsp_winograd.h. */
#ifndef TCM_DSP_WINOGRAD_OUTPUTS_H
#define TCM_DSP_WINOGRAD_OUTPUTS_H

#include "tcm_dsp.h"

/* What is the same for all tiles. */
typedef struct {
    int32_t input_height;
    int32_t input_width;
    int32_t channels;
    int32_t output_height;
    int32_t output_width;
    int32_t filters;
    int32_t way;
    int32_t common_shift;
    int32_t output_offset;
    int32_t activation_min;
    int32_t activation_max;
    int32_t doublings; /* of the sums: 2 of F(2x2, 3x3), 1 of F(2, 3) */
} tcm_winograd_layer;

/* What becomes of the sums of one filter: bias (as doubled and scaled as the sums are), and its requantization. */
typedef struct {
    uint32_t bias;
    int32_t shift;
    int32_t multiplier;
    int32_t addend;
} tcm_winograd_filter;

TCM_KERNEL tcm_winograd_filter tcm_winograd_read_filter(const int32_t *parameters)
{
    const tcm_winograd_filter filter = {
        .bias = (uint32_t)parameters[0],
        .shift = parameters[1],
        .multiplier = parameters[2],
        .addend = parameters[3],
    };
    return filter;
}

/* An output from its doubled accumulator, in NON_NEGATIVE layers from the scaled accumulator. */
TCM_KERNEL int8_t tcm_winograd_output(uint32_t sum, const tcm_winograd_filter *filter, const tcm_winograd_layer *layer)
{
    const int32_t wanted = layer->way == TCM_REQUANTIZE_RIGHT ? 1 : 0;
    const int32_t excess = layer->way == TCM_REQUANTIZE_NON_NEGATIVE ? 0 : layer->doublings - wanted;
    return tcm_dsp_output((int32_t)sum >> excess, filter->multiplier, filter->addend, filter->shift, layer->way,
                          layer->common_shift, layer->output_offset, layer->activation_min, layer->activation_max);
}

/* Requantizes the first one or both outputs of a row of a tile. */
TCM_KERNEL void tcm_winograd_store_row(const uint32_t outputs[2], const tcm_winograd_filter *filter, int8_t *target,
                                       const tcm_winograd_layer *layer, int32_t columns)
{
    target[0] = tcm_winograd_output(outputs[0], filter, layer);
    if (columns == 2) {
        target[layer->filters] = tcm_winograd_output(outputs[1], filter, layer);
    }
}

#endif
