/* Convolution for cores with the DSP extension: NHWC int8, with less flash for the numbers of a channel. See
 * tcm_dsp_convolution.h and tcm_dsp_compact.h. */
#ifndef CONV2D_S8__COMPACT_COLUMNS_DSP_H
#define CONV2D_S8__COMPACT_COLUMNS_DSP_H

#include "tcm_dsp_convolution.h"

TCM_KERNEL void conv2d_s8__compact_columns_dsp(
    const int8_t *input, const int32_t *stream, int8_t *output, uint8_t *scratch, int32_t batches,
    int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width,
    int32_t output_channels, int32_t groups, int32_t kernel_height, int32_t kernel_width, int32_t stride_height,
    int32_t stride_width, int32_t padding_top, int32_t padding_left, int32_t padding_bottom, int32_t padding_right,
    int32_t dilation_height, int32_t dilation_width, int32_t input_offset, int32_t output_offset, int32_t pairs,
    int32_t way, int32_t common_shift, int32_t output_stride)
{
    const tcm_window window = {
        .input_height = input_height,
        .input_width = input_width,
        .input_channels = input_channels,
        .output_height = output_height,
        .output_width = output_width,
        .groups = groups,
        .kernel_height = kernel_height,
        .kernel_width = kernel_width,
        .stride_height = stride_height,
        .stride_width = stride_width,
        .padding_top = padding_top,
        .padding_left = padding_left,
        .padding_bottom = padding_bottom,
        .padding_right = padding_right,
        .dilation_height = dilation_height,
        .dilation_width = dilation_width,
        .padding_value = -input_offset,
    };
    const tcm_dsp_layer layer = {
        .filters = output_channels / groups,
        .pairs = pairs,
        .output_stride = output_stride,
        .form = TCM_DSP_FORM_COMPACT,
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = -128,
        .activation_max = 127,
    };
    tcm_dsp_convolve(input, stream, output, scratch, batches, &window, &layer);
}

#endif
