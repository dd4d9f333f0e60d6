/* Depthwise 3x3 convolution for cores with the DSP extension: NHWC int8, one row of the output at a time, stride 1 or
 * 2 along it. For few rows, of which two together (see row_pairs_3x3_dsp) would compute more than is there.
 *
 * Some places of four channels at a time. A word of the input is four channels; the rows of the window become halves of
 * words, for each column that the places read:
 *
 *     pairs: rows 0 and 1           three taps of two weights
 *     lasts: row 2, the column before and this one    one tap of two weights, and a single one of the column before;
 *            with stride 2 of every second column only, from the first one on
 *
 * stream, for each four channels (the last ones may overlap those before), for each of them: the bias; the taps of the
 * pairs; that of the last two columns of row 2; that of its first column, in the high half with stride 1, otherwise in
 * the low one; multiplier; addend; shift. Bias and taps are scaled as their way asks. */
#ifndef DEPTHWISE_CONV2D_S8__ROWS_3X3_DSP_H
#define DEPTHWISE_CONV2D_S8__ROWS_3X3_DSP_H

#include "tcm_dsp.h"

/* PLACES: whose sums, with three taps and the pointers, fill the registers. WORDS: of the stream for a channel. */
enum { DEPTHWISE_ROWS_PLACES = 6, DEPTHWISE_ROWS_WORDS = 9 };

/* What is the same for all channels and places. Steps are bytes. */
typedef struct {
    int32_t stride;
    int32_t step;
    int32_t way;
    int32_t common_shift;
    int32_t output_offset;
    int32_t activation_min;
    int32_t activation_max;
} depthwise_rows_output;

/* Three rows of a window, of which four channels are read; those on padding have their own step. */
typedef struct {
    const int8_t *rows[3];
    int32_t steps[3];
    int32_t width;
    uint32_t padding;
} depthwise_rows_image;

/* Four channels of two rows or columns, as a pair of halves each; returns the address after them. All at once, because
 * compilers store two of them at a time. */
TCM_KERNEL int32_t *depthwise_rows_store(uint32_t first, uint32_t second, int32_t *address)
{
    const uint32_t low = tcm_pack_low(first, second);
    const uint32_t high = tcm_pack_high(first, second);
    __asm__ volatile("sxtb16 r4, %1\n\t"
                     "sxtb16 r5, %1, ror #8\n\t"
                     "sxtb16 r6, %2\n\t"
                     "sxtb16 r8, %2, ror #8\n\t"
                     "stm %0!, {r4, r5, r6, r8}"
                     : "+&r"(address)
                     : "r"(low), "r"(high)
                     : "r4", "r5", "r6", "r8", "memory");
    return address;
}

/* Columns on padding; before: the last row at the column before. */
TCM_KERNEL void depthwise_rows_fill(uint32_t padding, uint32_t before, int32_t count, int32_t *pairs, int32_t *lasts)
{
    for (int32_t i = 0; i < count; i++) {
        pairs = depthwise_rows_store(padding, padding, pairs);
        lasts = depthwise_rows_store(before, padding, lasts);
        before = padding;
    }
}

/* With stride 1: ``count`` columns from ``first`` on, which may lie on padding. */
TCM_KERNEL void depthwise_rows_unpack_columns(const depthwise_rows_image *image, int32_t first, int32_t count,
                                              int32_t *pairs, int32_t *lasts)
{
    const int32_t left = tcm_clamp(-first, 0, count);
    const int32_t right = tcm_clamp(first + count - image->width, 0, count - left);
    const int8_t *const upper = image->rows[0] + (first + left) * image->steps[0];
    const int8_t *const middle = image->rows[1] + (first + left) * image->steps[1];
    const int8_t *const lower = image->rows[2] + (first + left) * image->steps[2];
    uint32_t before = image->padding;
    depthwise_rows_fill(before, before, left, pairs, lasts);
    pairs += 4 * left;
    lasts += 4 * left;
    for (int32_t i = 0; i < count - left - right; i++) {
        const uint32_t a = tcm_load_word(upper + i * image->steps[0]);
        const uint32_t b = tcm_load_word(middle + i * image->steps[1]);
        const uint32_t last = tcm_load_word(lower + i * image->steps[2]);
        pairs = depthwise_rows_store(a, b, pairs);
        lasts = depthwise_rows_store(before, last, lasts);
        before = last;
    }
    depthwise_rows_fill(image->padding, before, right, pairs, lasts);
}

/* Four channels of a row at a column, which may lie on padding. */
TCM_KERNEL uint32_t depthwise_rows_word(const depthwise_rows_image *image, int32_t row, int32_t column)
{
    const int32_t is_padding = column < 0 || column >= image->width;
    return is_padding ? image->padding : tcm_load_word(image->rows[row] + column * image->steps[row]);
}

/* A column that may lie on padding. */
TCM_KERNEL int32_t *depthwise_rows_pair(const depthwise_rows_image *image, int32_t column, int32_t *pairs)
{
    return depthwise_rows_store(depthwise_rows_word(image, 0, column), depthwise_rows_word(image, 1, column), pairs);
}

TCM_KERNEL int32_t *depthwise_rows_last(const depthwise_rows_image *image, int32_t column, int32_t *lasts)
{
    return depthwise_rows_store(depthwise_rows_word(image, 2, column - 1), depthwise_rows_word(image, 2, column), lasts);
}

/* With stride 2: the columns that ``places`` read from ``first`` on, which may lie on padding. Of row 2, two columns
 * make one entry; the first column has an entry of its own. */
TCM_KERNEL void depthwise_rows_unpack_places(const depthwise_rows_image *image, int32_t first, int32_t places,
                                             int32_t *pairs, int32_t *lasts)
{
    const int32_t begin = tcm_clamp((2 - first) / 2, 1, places + 1); /* the entries whose columns are not padding */
    const int32_t end = tcm_clamp((image->width + 1 - first) / 2, begin, places + 1);
    pairs = depthwise_rows_pair(image, first, pairs);
    lasts = depthwise_rows_last(image, first, lasts);
    for (int32_t entry = 1; entry < begin; entry++) {
        pairs = depthwise_rows_pair(image, first + 2 * entry - 1, pairs);
        pairs = depthwise_rows_pair(image, first + 2 * entry, pairs);
        lasts = depthwise_rows_last(image, first + 2 * entry, lasts);
    }
    const int8_t *upper = image->rows[0] + (first + 2 * begin - 1) * image->steps[0];
    const int8_t *middle = image->rows[1] + (first + 2 * begin - 1) * image->steps[1];
    const int8_t *lower = image->rows[2] + (first + 2 * begin - 1) * image->steps[2];
    for (int32_t entry = begin; entry < end; entry++) {
        pairs = depthwise_rows_store(tcm_load_word(upper), tcm_load_word(middle), pairs);
        pairs = depthwise_rows_store(tcm_load_word(upper + image->steps[0]), tcm_load_word(middle + image->steps[1]),
                                     pairs);
        lasts = depthwise_rows_store(tcm_load_word(lower), tcm_load_word(lower + image->steps[2]), lasts);
        upper += 2 * image->steps[0];
        middle += 2 * image->steps[1];
        lower += 2 * image->steps[2];
    }
    for (int32_t entry = end; entry <= places; entry++) {
        pairs = depthwise_rows_pair(image, first + 2 * entry - 1, pairs);
        pairs = depthwise_rows_pair(image, first + 2 * entry, pairs);
        lasts = depthwise_rows_last(image, first + 2 * entry, lasts);
    }
}

/* What ``places`` read from column ``first`` on. */
TCM_KERNEL void depthwise_rows_unpack(const depthwise_rows_image *image, int32_t first, int32_t places, int32_t stride,
                                      int32_t *pairs, int32_t *lasts)
{
    if (stride == 2) {
        depthwise_rows_unpack_places(image, first, places, pairs, lasts);
    } else {
        depthwise_rows_unpack_columns(image, first, places + 2, pairs, lasts);
    }
}

/* Some places of one channel. */
TCM_KERNEL void depthwise_rows_places(const int32_t *pairs, const int32_t *lasts, const int32_t *channel,
                                      int8_t *target, const depthwise_rows_output *output, int32_t places)
{
    int32_t sums[DEPTHWISE_ROWS_PLACES];
    const int32_t stride = output->stride;
    const int32_t columns = (places - 1) * stride + 3;
    TCM_UNROLL
    for (int32_t place = 0; place < places; place++) {
        sums[place] = channel[0];
    }
    const int32_t taps_0 = channel[1];
    const int32_t taps_1 = channel[2];
    const int32_t taps_2 = channel[3];
    TCM_UNROLL
    for (int32_t i = 0; i < columns; i++) {
        const int32_t pair = pairs[4 * i];
        TCM_UNROLL
        for (int32_t k = 2; k >= 0; k--) {
            const int32_t place = (i - k) / stride;
            if (i >= k && (i - k) % stride == 0 && place < places) {
                sums[place] = tcm_smlad(pair, k == 0 ? taps_0 : k == 1 ? taps_1 : taps_2, sums[place]);
            }
        }
    }
    const int32_t last_taps = channel[4];
    const int32_t first_tap = channel[5];
    TCM_UNROLL
    for (int32_t i = 2 - stride; i < columns; i += stride) {
        const int32_t last = lasts[4 * (i / stride)];
        const int32_t place = (i + stride - 2) / stride; /* whose first column of row 2 it has */
        if (place > 0) {
            sums[place - 1] = tcm_smlad(last, last_taps, sums[place - 1]);
        }
        if (place < places) {
            const int32_t sum = sums[place];
            sums[place] = stride == 1 ? tcm_smlabt(last, first_tap, sum) : tcm_smlatb(last, first_tap, sum);
        }
    }
    const int32_t multiplier = channel[6];
    const int32_t addend = channel[7];
    const int32_t shift = channel[8];
    TCM_UNROLL
    for (int32_t place = 0; place < places; place++) {
        target[place * output->step] =
            tcm_dsp_output(sums[place], multiplier, addend, shift, output->way, output->common_shift,
                           output->output_offset, output->activation_min, output->activation_max);
    }
}

/* ``count`` places of four channels. */
TCM_KERNEL void depthwise_rows_channels(const int32_t *pairs, const int32_t *lasts, const int32_t *stream,
                                        int8_t *target, const depthwise_rows_output *output, int32_t count)
{
    const int32_t rest = count % DEPTHWISE_ROWS_PLACES;
    for (int32_t channel = 0; channel < 4; channel++) {
        const int32_t *next_pairs = pairs + channel;
        const int32_t *next_lasts = lasts + channel;
        int8_t *next = target + channel;
        for (int32_t i = 0; i < count / DEPTHWISE_ROWS_PLACES; i++) {
            depthwise_rows_places(next_pairs, next_lasts, stream, next, output, DEPTHWISE_ROWS_PLACES);
            next_pairs += 4 * DEPTHWISE_ROWS_PLACES * output->stride;
            next_lasts += 4 * DEPTHWISE_ROWS_PLACES;
            next += DEPTHWISE_ROWS_PLACES * output->step;
        }
        if (rest > 0) {
            depthwise_rows_places(next_pairs, next_lasts, stream, next, output, rest);
        }
        stream += DEPTHWISE_ROWS_WORDS;
    }
}

/* scratch: pairs and lasts of the columns that ``tile`` places read. */
TCM_KERNEL void depthwise_conv2d_s8__rows_3x3_dsp(
    const int8_t *input, const int32_t *stream, int8_t *output, uint8_t *scratch, int32_t batches,
    int32_t input_height, int32_t input_width, int32_t input_channels, int32_t output_height, int32_t output_width,
    int32_t stride_height, int32_t stride_width, int32_t padding_top, int32_t padding_left, int32_t tile,
    int32_t input_offset, int32_t output_offset, int32_t way, int32_t common_shift, int32_t activation_min,
    int32_t activation_max)
{
    const depthwise_rows_output description = {
        .stride = stride_width,
        .step = input_channels,
        .way = way,
        .common_shift = common_shift,
        .output_offset = output_offset,
        .activation_min = activation_min,
        .activation_max = activation_max,
    };
    const uint32_t padding = (uint32_t)(uint8_t)-input_offset * UINT32_C(0x01010101);
    const int32_t needs_padding =
        padding_top > 0 || (output_height - 1) * stride_height + 3 - padding_top > input_height;
    const int32_t row_bytes = input_width * input_channels;
    int32_t *const pairs = (int32_t *)(void *)scratch;
    int32_t *const lasts = pairs + 4 * ((tile - 1) * stride_width + 3);
    for (int32_t batch = 0; batch < batches; batch++) {
        const int32_t *block = stream;
        for (int32_t next = 0; next < input_channels; next += 4) {
            const int32_t start = next + 4 <= input_channels ? next : input_channels - 4;
            for (int32_t y = 0; y < output_height; y++) {
                depthwise_rows_image image = {.width = input_width, .padding = padding};
                TCM_UNROLL
                for (int32_t k = 0; k < 3; k++) {
                    const int32_t row = y * stride_height - padding_top + k;
                    const int32_t is_padding = needs_padding && (row < 0 || row >= input_height);
                    image.rows[k] = is_padding ? (const int8_t *)&padding : input + row * row_bytes + start;
                    image.steps[k] = is_padding ? 0 : input_channels;
                }
                int8_t *const target = output + y * output_width * input_channels + start;
                int32_t x = 0;
                for (; x + tile <= output_width; x += tile) {
                    depthwise_rows_unpack(&image, x * stride_width - padding_left, tile, stride_width, pairs, lasts);
                    depthwise_rows_channels(pairs, lasts, block, target + x * input_channels, &description, tile);
                }
                const int32_t rest = output_width % tile;
                if (rest > 0) {
                    depthwise_rows_unpack(&image, x * stride_width - padding_left, rest, stride_width, pairs, lasts);
                    depthwise_rows_channels(pairs, lasts, block, target + x * input_channels, &description, rest);
                }
            }
            block += 4 * DEPTHWISE_ROWS_WORDS;
        }
        input += input_height * row_bytes;
        output += output_height * output_width * input_channels;
    }
}

#endif
