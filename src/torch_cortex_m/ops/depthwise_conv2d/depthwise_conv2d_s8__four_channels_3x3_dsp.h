/* Depthwise 3x3 convolution for cores with the DSP extension: NHWC int8, one place of four channels at a time. For
 * images without padding, which are read where they lie, and small ones, which are copied with their padding.
 *
 * A word is four channels. Two words, of two taps, become four pairs of halves, one of each channel: the first two rows
 * of the window are three such pairs, the third row is one and a single tap.
 *
 * stream, for each four channels (the last ones may overlap those before): 4 biases; the taps of the pairs, [4 pairs][4
 * channels]; those of the single tap, channel 0 above 2, then 1 above 3; for each channel multiplier, addend and, for
 * TCM_REQUANTIZE_RIGHT, shift. Biases and taps are scaled as their way asks. */
#ifndef DEPTHWISE_CONV2D_S8__FOUR_CHANNELS_3X3_DSP_H
#define DEPTHWISE_CONV2D_S8__FOUR_CHANNELS_3X3_DSP_H

#include "tcm_dsp_four_channels.h"

enum { DEPTHWISE_FOUR_CHANNELS_TAPS = 22 }; /* words of the stream before the parameters */

/* An image of which four channels are read. Steps are bytes. */
typedef struct {
    const int8_t *data;
    int32_t height;
    int32_t width;
    int32_t row_step;
    int32_t column_step;
} depthwise_four_channels_image;

/* How outputs are made of sums. */
typedef struct {
    int32_t way;
    int32_t common_shift;
    int32_t output_offset;
    int32_t activation_min;
    int32_t activation_max;
} depthwise_four_channels_output;

/* One place; window: its first input. Steps are those from one tap to the next. */
TCM_KERNEL void depthwise_four_channels_place(const int8_t *window, int32_t row_step, int32_t column_step,
                                              const int32_t *stream, int8_t *target,
                                              const depthwise_four_channels_output *output)
{
    const int8_t *const second = window + row_step;
    const int8_t *const third = second + row_step;
    int32_t sums[4] = {stream[0], stream[1], stream[2], stream[3]};
    TCM_UNROLL
    for (int32_t k = 0; k < 3; k++) {
        tcm_dsp_add_four_channels(sums, tcm_load_word(window + k * column_step),
                                  tcm_load_word(second + k * column_step), stream + 4 + 4 * k);
    }
    tcm_dsp_add_four_channels(sums, tcm_load_word(third), tcm_load_word(third + column_step), stream + 16);
    const uint32_t last = tcm_load_word(third + 2 * column_step);
    sums[0] = tcm_smlabt(tcm_sxtb16(last), stream[20], sums[0]);
    sums[2] = tcm_smlatb(tcm_sxtb16(last), stream[20], sums[2]);
    sums[1] = tcm_smlabt(tcm_sxtb16_odd(last), stream[21], sums[1]);
    sums[3] = tcm_smlatb(tcm_sxtb16_odd(last), stream[21], sums[3]);
    const int32_t *parameters = stream + DEPTHWISE_FOUR_CHANNELS_TAPS;
    const int32_t has_shifts = output->way == TCM_REQUANTIZE_RIGHT;
    TCM_UNROLL
    for (int32_t channel = 0; channel < 4; channel++) {
        target[channel] = tcm_dsp_output(sums[channel], parameters[0], parameters[1], has_shifts ? parameters[2] : 0,
                                         output->way, output->common_shift, output->output_offset,
                                         output->activation_min, output->activation_max);
        parameters += has_shifts ? 3 : 2;
    }
}

/* Copies an image into one of ``width`` columns, or what of it lies in ``height`` rows of them. */
TCM_KERNEL void depthwise_four_channels_copy(const depthwise_four_channels_image *image, int32_t height, int32_t width,
                                             int32_t left, uint32_t *copy)
{
    const int32_t rows = height < image->height ? height : image->height;
    const int32_t columns = width - left < image->width ? width - left : image->width;
    const int8_t *line = image->data;
    copy += left;
    for (int32_t y = 0; y < rows; y++) {
        const int8_t *next = line;
        for (int32_t x = 0; x < columns; x++) {
            copy[x] = tcm_load_word(next);
            next += image->column_step;
        }
        line += image->row_step;
        copy += width;
    }
}

/* copied_height, copied_width: of the image with its padding, if it is copied to scratch; otherwise 0. */
TCM_KERNEL void depthwise_conv2d_s8__four_channels_3x3_dsp(
    const int8_t *input, const int32_t *stream, int8_t *output, uint8_t *scratch, int32_t batches,
    int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width,
    int32_t stride_height, int32_t stride_width, int32_t padding_top, int32_t padding_left, int32_t dilation_height,
    int32_t dilation_width, int32_t copied_height, int32_t copied_width, int32_t input_offset, int32_t output_offset,
    int32_t way, int32_t common_shift, int32_t activation_min, int32_t activation_max)
{
    const depthwise_four_channels_output description = {
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    const uint32_t padding = (uint32_t)(uint8_t)-input_offset * UINT32_C(0x01010101);
    const int32_t words = DEPTHWISE_FOUR_CHANNELS_TAPS + 4 * (way == TCM_REQUANTIZE_RIGHT ? 3 : 2);
    uint32_t *const copy = (uint32_t *)(void *)scratch;
    for (int32_t i = 0; i < copied_height * copied_width; i++) {
        copy[i] = padding; /* it stays around the copies of all channels */
    }
    for (int32_t batch = 0; batch < batches; batch++) {
        const int32_t *block = stream;
        for (int32_t next = 0; next < input_channels; next += 4) {
            const int32_t start = next + 4 <= input_channels ? next : input_channels - 4;
            depthwise_four_channels_image image = {
                .data = input + start,
                .height = input_height,
                .width = input_width,
                .row_step = input_width * input_channels,
                .column_step = input_channels,
            };
            if (copied_height > 0) {
                depthwise_four_channels_copy(&image, copied_height - padding_top, copied_width, padding_left,
                                             copy + padding_top * copied_width);
                image.data = (const int8_t *)copy;
                image.row_step = 4 * copied_width;
                image.column_step = 4;
            }
            int8_t *target = output + start;
            for (int32_t y = 0; y < output_height; y++) {
                const int8_t *window = image.data + y * stride_height * image.row_step;
                for (int32_t x = 0; x < output_width; x++) {
                    depthwise_four_channels_place(window, dilation_height * image.row_step,
                                                  dilation_width * image.column_step, block, target, &description);
                    window += stride_width * image.column_step;
                    target += input_channels;
                }
            }
            block += words;
        }
        input += input_height * input_width * input_channels;
        output += output_height * output_width * input_channels;
    }
}

#endif
