/* Columns of inputs for tcm_dsp_matrix.h, and its routines behind one function. */
#ifndef TCM_DSP_COLUMNS_H
#define TCM_DSP_COLUMNS_H

#include "tcm_dsp_compact.h"
#include "tcm_dsp_matrix.h"
#include "tcm_dsp_wide.h"

/* How weights are stored; as in ops/packing/dsp.py. */
enum { TCM_DSP_FORM_SEPARATE = 0, TCM_DSP_FORM_SUPERPOSED = 1, TCM_DSP_FORM_WIDE = 2, TCM_DSP_FORM_COMPACT = 3 };

/* A layer, or one group of it. */
typedef struct {
    int32_t filters;
    int32_t pairs;
    int32_t output_stride; /* bytes from one place to the next */
    int32_t form;
    int32_t way;
    int32_t common_shift;
    int32_t output_offset;
    int32_t activation_min;
    int32_t activation_max;
} tcm_dsp_layer;

enum { TCM_DSP_SHORT_RUN = 16 }; /* inputs, up to which a run is unpacked without a loop */

/* Words of the stream for two filters. */
TCM_KERNEL int32_t tcm_dsp_stream_words(const tcm_dsp_layer *layer)
{
    if (layer->form == TCM_DSP_FORM_WIDE) {
        return tcm_dsp_wide_stream_words(layer->pairs, layer->way);
    }
    return layer->pairs + (layer->form == TCM_DSP_FORM_COMPACT ? 5 : 8);
}

/* Pairs of a run of ``length`` inputs: four bytes are the pairs (0, 2) and (1, 3); a rest of one or two bytes is one
 * pair, one of three bytes (0, 2) and (1, nothing). */
TCM_KERNEL int32_t tcm_dsp_run_pairs(int32_t length)
{
    return (length + 1) / 2;
}

/* The last ``count`` bytes of a run in the order of its pairs: bytes 0 and 2 of the result are the first pair. */
TCM_KERNEL uint32_t tcm_dsp_rest_of_run(const int8_t *input, int32_t count)
{
    const uint32_t word = tcm_load_bytes(input, count);
    return count == 2 ? (word & 0xffU) | (word & 0xff00U) << 8 : word;
}

/* Two pairs of four places from a word of each. */
TCM_KERNEL int32_t *tcm_dsp_store_4(int32_t *columns, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    columns = tcm_store_two_words(columns, tcm_sxtb16(a), tcm_sxtb16(b));
    columns = tcm_store_two_words(columns, tcm_sxtb16(c), tcm_sxtb16(d));
    columns = tcm_store_two_words(columns, tcm_sxtb16_odd(a), tcm_sxtb16_odd(b));
    return tcm_store_two_words(columns, tcm_sxtb16_odd(c), tcm_sxtb16_odd(d));
}

/* The pairs of the last ``rest`` < 4 bytes. */
TCM_KERNEL int32_t *tcm_dsp_store_rest_4(int32_t *columns, uint32_t a, uint32_t b, uint32_t c, uint32_t d, int32_t rest)
{
    if (rest == 3) {
        return tcm_dsp_store_4(columns, a, b, c, d);
    }
    columns = tcm_store_two_words(columns, tcm_sxtb16(a), tcm_sxtb16(b));
    return tcm_store_two_words(columns, tcm_sxtb16(c), tcm_sxtb16(d));
}

TCM_KERNEL int32_t *tcm_dsp_unpack_word_4(const int8_t *input, int32_t step, int32_t *columns)
{
    const uint32_t a = tcm_load_word(input);
    const uint32_t b = tcm_load_word(input + step);
    const uint32_t c = tcm_load_word(input + 2 * step);
    const uint32_t d = tcm_load_word(input + 3 * step);
    return tcm_dsp_store_4(columns, a, b, c, d);
}

/* Unpacks runs of four places, which lie ``step`` bytes apart, into columns; returns the columns' end. */
TCM_KERNEL int32_t *tcm_dsp_unpack_4(const int8_t *input, int32_t step, int32_t length, int32_t *columns)
{
    if (length <= TCM_DSP_SHORT_RUN) {
        TCM_UNROLL
        for (int32_t word = 0; word < length / 4; word++) {
            columns = tcm_dsp_unpack_word_4(input, step, columns);
            input += 4;
        }
    } else {
        for (int32_t word = 0; word < length / 4; word++) {
            columns = tcm_dsp_unpack_word_4(input, step, columns);
            input += 4;
        }
    }
    const int32_t rest = length % 4;
    if (rest > 0) {
        const uint32_t a = tcm_dsp_rest_of_run(input, rest);
        const uint32_t b = tcm_dsp_rest_of_run(input + step, rest);
        const uint32_t c = tcm_dsp_rest_of_run(input + 2 * step, rest);
        const uint32_t d = tcm_dsp_rest_of_run(input + 3 * step, rest);
        columns = tcm_dsp_store_rest_4(columns, a, b, c, d, rest);
    }
    return columns;
}

/* The same for runs anywhere. */
TCM_KERNEL int32_t *tcm_dsp_unpack_runs(const int8_t *const runs[4], int32_t length, int32_t *columns)
{
    const int8_t *a = runs[0];
    const int8_t *b = runs[1];
    const int8_t *c = runs[2];
    const int8_t *d = runs[3];
    for (int32_t word = 0; word < length / 4; word++) {
        columns = tcm_dsp_store_4(columns, tcm_load_word(a), tcm_load_word(b), tcm_load_word(c), tcm_load_word(d));
        a += 4;
        b += 4;
        c += 4;
        d += 4;
    }
    const int32_t rest = length % 4;
    if (rest > 0) {
        columns = tcm_dsp_store_rest_4(columns, tcm_dsp_rest_of_run(a, rest), tcm_dsp_rest_of_run(b, rest),
                                       tcm_dsp_rest_of_run(c, rest), tcm_dsp_rest_of_run(d, rest), rest);
    }
    return columns;
}

/* Unpacks a run of one place into a column; returns the column's end. */
TCM_KERNEL int32_t *tcm_dsp_unpack_1(const int8_t *input, int32_t length, int32_t *column)
{
    for (int32_t word = 0; word < length / 4; word++) {
        const uint32_t bytes = tcm_load_word(input);
        input += 4;
        column = tcm_store_two_words(column, tcm_sxtb16(bytes), tcm_sxtb16_odd(bytes));
    }
    const int32_t rest = length % 4;
    if (rest > 0) {
        const uint32_t bytes = tcm_dsp_rest_of_run(input, rest);
        *column++ = tcm_sxtb16(bytes);
        if (rest == 3) {
            *column++ = tcm_sxtb16_odd(bytes);
        }
    }
    return column;
}

/* Calls the routine that makes outputs, for four places or one. */
TCM_KERNEL void tcm_dsp_outputs(const tcm_dsp_product *product, const tcm_dsp_layer *layer, int32_t places)
{
    if (layer->way == TCM_REQUANTIZE_RIGHT) {
        places == 4 ? tcm_dsp_right_4(product) : tcm_dsp_right_1(product);
    } else if (layer->common_shift == 10) {
        places == 4 ? tcm_dsp_non_negative_10_4(product) : tcm_dsp_non_negative_10_1(product);
    } else if (layer->common_shift == 12) {
        places == 4 ? tcm_dsp_non_negative_12_4(product) : tcm_dsp_non_negative_12_1(product);
    } else {
        places == 4 ? tcm_dsp_non_negative_14_4(product) : tcm_dsp_non_negative_14_1(product);
    }
}

/* Calls the routine that makes the sums of two filters. */
TCM_KERNEL void tcm_dsp_sums(const tcm_dsp_product *product, const tcm_dsp_layer *layer, int32_t places)
{
    if (layer->form == TCM_DSP_FORM_SUPERPOSED) {
        places == 4 ? tcm_dsp_superposed_sums_4(product) : tcm_dsp_superposed_sums_1(product);
    } else {
        places == 4 ? tcm_dsp_separate_sums_4(product) : tcm_dsp_separate_sums_1(product);
    }
}

/* The output of a plain sum. parameters: multiplier, addend, shift as in the stream. */
TCM_KERNEL int8_t tcm_dsp_output_of_sum(int32_t sum, const int32_t *parameters, int32_t is_second,
                                        const tcm_dsp_layer *layer)
{
    uint32_t scaled = (uint32_t)sum;
    if (layer->way == TCM_REQUANTIZE_RIGHT) {
        scaled <<= 1;
    } else if (layer->way == TCM_REQUANTIZE_NON_NEGATIVE) {
        scaled <<= is_second ? 8 - parameters[2] : parameters[2];
    }
    return tcm_dsp_output((int32_t)scaled, parameters[0], parameters[1], parameters[2], layer->way,
                          layer->common_shift, layer->output_offset, layer->activation_min, layer->activation_max);
}

/* All filters on the columns of one place, with weights of 16 bits. */
TCM_KERNEL void tcm_dsp_multiply_wide_1(const int32_t *column, const int32_t *stream, int8_t *output,
                                        const tcm_dsp_layer *layer)
{
    const int32_t words = layer->way == TCM_REQUANTIZE_RIGHT ? 3 : 2; /* of a filter's parameters */
    for (int32_t filter = 0; filter < layer->filters; filter += 2) {
        int32_t sums[2];
        tcm_dsp_wide_sums_1(column, stream, layer->pairs, sums);
        stream += tcm_dsp_stream_words(layer);
        TCM_UNROLL
        for (int32_t i = 0; i < 2; i++) {
            const int32_t *parameters = stream + (i - 2) * words;
            const int32_t shift = layer->way == TCM_REQUANTIZE_RIGHT ? parameters[2] : 0;
            output[filter + i] = tcm_dsp_output(sums[i], parameters[0], parameters[1], shift, layer->way,
                                                layer->common_shift, layer->output_offset, layer->activation_min,
                                                layer->activation_max);
        }
    }
}

/* The same for four places or one. */
TCM_KERNEL void tcm_dsp_multiply_wide(const int32_t *columns, const int32_t *stream, int8_t *output,
                                      const tcm_dsp_layer *layer, int32_t places)
{
    const int32_t *end = stream + layer->filters / 2 * tcm_dsp_stream_words(layer);
    const tcm_dsp_product product = {
        .columns = columns,
        .stream = stream,
        .output = output,
        .output_stride = layer->output_stride,
        .pairs = layer->pairs,
        .stream_end = end,
    };
    if (places == 1) {
        tcm_dsp_multiply_wide_1(columns, stream, output, layer);
    } else if (layer->way == TCM_REQUANTIZE_RIGHT) {
        tcm_dsp_wide_right_4(&product);
    } else if (layer->common_shift == 10) {
        tcm_dsp_wide_10_4(&product);
    } else if (layer->common_shift == 12) {
        tcm_dsp_wide_12_4(&product);
    } else {
        tcm_dsp_wide_14_4(&product);
    }
}

/* What the addends of a compact layer have in common. */
TCM_KERNEL int32_t tcm_dsp_compact_addend(const tcm_dsp_layer *layer)
{
    const int32_t halves = 2 * layer->output_offset + 1;
    return layer->way == TCM_REQUANTIZE_RIGHT ? halves : halves * (1 << (layer->common_shift - 1));
}

/* All filters of a compact layer, an even number. */
TCM_KERNEL tcm_dsp_compact_product tcm_dsp_compact_product_of(const void *columns, const int32_t *stream,
                                                              int8_t *output, const tcm_dsp_layer *layer)
{
    return (tcm_dsp_compact_product){
        .product =
            {
                .columns = columns,
                .stream = stream,
                .output = output,
                .output_stride = layer->output_stride,
                .pairs = layer->pairs,
                .stream_end = stream + layer->filters / 2 * tcm_dsp_stream_words(layer),
            },
        .addend = tcm_dsp_compact_addend(layer),
    };
}

/* All filters of a compact layer on the columns of four places or one. */
TCM_KERNEL void tcm_dsp_multiply_compact(const int32_t *columns, const int32_t *stream, int8_t *output,
                                         const tcm_dsp_layer *layer, int32_t places)
{
    const tcm_dsp_compact_product compact = tcm_dsp_compact_product_of(columns, stream, output, layer);
    const tcm_dsp_product *product = &compact.product;
    if (layer->way == TCM_REQUANTIZE_RIGHT) {
        places == 4 ? tcm_dsp_compact_right_4(product) : tcm_dsp_compact_right_1(product);
    } else if (layer->common_shift == 10) {
        places == 4 ? tcm_dsp_compact_10_4(product) : tcm_dsp_compact_10_1(product);
    } else if (layer->common_shift == 12) {
        places == 4 ? tcm_dsp_compact_12_4(product) : tcm_dsp_compact_12_1(product);
    } else {
        places == 4 ? tcm_dsp_compact_14_4(product) : tcm_dsp_compact_14_1(product);
    }
}

/* All filters on the columns of four places or one. */
TCM_KERNEL void tcm_dsp_multiply(const int32_t *columns, const int32_t *stream, int8_t *output,
                                 const tcm_dsp_layer *layer, int32_t places)
{
    if (layer->form == TCM_DSP_FORM_WIDE) {
        tcm_dsp_multiply_wide(columns, stream, output, layer, places);
        return;
    }
    if (layer->form == TCM_DSP_FORM_COMPACT) {
        tcm_dsp_multiply_compact(columns, stream, output, layer, places);
        return;
    }
    const int32_t words = tcm_dsp_stream_words(layer);
    const int32_t is_unlimited = layer->activation_min == -128 && layer->activation_max == 127;
    const int32_t is_superposed = layer->form == TCM_DSP_FORM_SUPERPOSED;
    const int32_t has_routine = is_superposed && layer->way != TCM_REQUANTIZE_ANY && is_unlimited;
    int32_t filter = 0;
    if (has_routine && layer->filters >= 2) {
        filter = layer->filters / 2 * 2;
        const int32_t *end = stream + filter / 2 * words;
        const tcm_dsp_product product = {
            .columns = columns,
            .stream = stream,
            .output = output,
            .output_stride = layer->output_stride,
            .pairs = layer->pairs,
            .stream_end = end,
        };
        tcm_dsp_outputs(&product, layer, places);
        stream = end;
    }
    for (; filter < layer->filters; filter += 2) {
        int32_t sums[8];
        const int32_t *parameters = stream + words - 6;
        const tcm_dsp_product product = {
            .columns = columns,
            .stream = stream,
            .output = sums,
            .output_stride = 0,
            .pairs = layer->pairs,
            .stream_end = stream + words,
        };
        tcm_dsp_sums(&product, layer, places);
        for (int32_t place = 0; place < places; place++) {
            int8_t *target = output + place * layer->output_stride + filter;
            target[0] = tcm_dsp_output_of_sum(sums[place], parameters, 0, layer);
            if (filter + 1 < layer->filters) {
                target[1] = tcm_dsp_output_of_sum(sums[places + place], parameters + 3, 1, layer);
            }
        }
        stream += words;
    }
}

#endif
