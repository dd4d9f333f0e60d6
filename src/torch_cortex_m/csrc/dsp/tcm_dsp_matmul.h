/* Products of two matrices of activations for cores with the DSP extension; see tcm_dsp_matrix.h.
 *
 * An operand is a set of vectors along the depth. Their values become halfwords with the operand's offset added, so that
 * no sums of rows or columns are needed. One of an operand's two strides is 1.
 *
 * Pairs are those of tcm_dsp_unpack_4: (0, 2) and (1, 3) of four values; of a rest of two (0, 1), of three (0, 2) and
 * (1, nothing). */
#ifndef TCM_DSP_MATMUL_H
#define TCM_DSP_MATMUL_H

#include "tcm_dsp_columns.h"

typedef struct {
    int32_t depth;
    int32_t vector_stride;
    int32_t depth_stride;
    uint32_t offsets; /* in both halves */
} tcm_dsp_operand;

/* How sums become outputs; ``addend`` belongs to TCM_REQUANTIZE_RIGHT, whose sums are doubled. */
typedef struct {
    int32_t way;
    int32_t multiplier;
    int32_t addend;
    int32_t shift;
    int32_t output_offset;
    int32_t activation_min;
    int32_t activation_max;
} tcm_dsp_scale;

TCM_KERNEL tcm_dsp_operand tcm_dsp_operand_of(int32_t depth, int32_t vector_stride, int32_t depth_stride,
                                              int32_t offset)
{
    const tcm_dsp_operand operand = {
        .depth = depth,
        .vector_stride = vector_stride,
        .depth_stride = depth_stride,
        .offsets = (uint32_t)(offset & 0xffff) * UINT32_C(0x00010001),
    };
    return operand;
}

TCM_KERNEL int8_t tcm_dsp_scaled(int32_t sum, const tcm_dsp_scale *scale)
{
    return tcm_dsp_output(sum, scale->multiplier, scale->addend, scale->shift, scale->way, 0, scale->output_offset,
                          scale->activation_min, scale->activation_max);
}

/* Two bytes at any address; compilers make one load of them where the core allows it. GCC takes one for __builtin_memcpy
 * even where it must not (-mno-unaligned-access). */
TCM_KERNEL uint32_t tcm_load_half(const void *address)
{
    const uint8_t *bytes = address;
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

/* One pair of four vectors, neighbours in memory: ``rows`` and the rows ``distance`` after them. */
TCM_KERNEL int32_t *tcm_dsp_column_pair(const tcm_dsp_operand *operand, const int8_t *rows, int32_t distance,
                                        int32_t *columns)
{
    const uint32_t a = tcm_load_word(rows);
    const uint32_t b = tcm_load_word(rows + distance * operand->depth_stride);
    const uint32_t low = tcm_pack_low(a, b);
    const uint32_t high = tcm_pack_high(a, b);
    columns = tcm_store_two_words(columns, (int32_t)tcm_sxtab16(operand->offsets, low),
                                  (int32_t)tcm_sxtab16_odd(operand->offsets, low));
    return tcm_store_two_words(columns, (int32_t)tcm_sxtab16(operand->offsets, high),
                               (int32_t)tcm_sxtab16_odd(operand->offsets, high));
}

/* Four vectors, neighbours in memory, to columns. Where a pair has no second half, the weights have zero. */
TCM_KERNEL void tcm_dsp_columns_of_neighbours(const tcm_dsp_operand *operand, const int8_t *rows, int32_t *columns)
{
    const int32_t step = operand->depth_stride;
    const int32_t rest = operand->depth % 4;
    for (int32_t i = 0; i < operand->depth / 4; i++) {
        columns = tcm_dsp_column_pair(operand, rows, 2, columns);
        columns = tcm_dsp_column_pair(operand, rows + step, 2, columns);
        rows += 4 * step;
    }
    if (rest > 0) {
        columns = tcm_dsp_column_pair(operand, rows, rest - 1, columns);
    }
    if (rest == 3) {
        tcm_dsp_column_pair(operand, rows + step, 0, columns);
    }
}

/* Two pairs of four places from a word of each. */
TCM_KERNEL int32_t *tcm_dsp_raise_4(int32_t *columns, uint32_t offsets, const uint32_t words[4], int32_t pairs)
{
    columns = tcm_store_two_words(columns, (int32_t)tcm_sxtab16(offsets, words[0]),
                                  (int32_t)tcm_sxtab16(offsets, words[1]));
    columns = tcm_store_two_words(columns, (int32_t)tcm_sxtab16(offsets, words[2]),
                                  (int32_t)tcm_sxtab16(offsets, words[3]));
    if (pairs == 1) {
        return columns;
    }
    columns = tcm_store_two_words(columns, (int32_t)tcm_sxtab16_odd(offsets, words[0]),
                                  (int32_t)tcm_sxtab16_odd(offsets, words[1]));
    return tcm_store_two_words(columns, (int32_t)tcm_sxtab16_odd(offsets, words[2]),
                               (int32_t)tcm_sxtab16_odd(offsets, words[3]));
}

/* Four vectors whose values are neighbours. */
TCM_KERNEL void tcm_dsp_columns_of_vectors(const tcm_dsp_operand *operand, const int8_t *values, int32_t *columns)
{
    const int32_t step = operand->vector_stride;
    uint32_t words[4];
    for (int32_t i = 0; i < operand->depth / 4; i++) {
        TCM_UNROLL
        for (int32_t place = 0; place < 4; place++) {
            words[place] = tcm_load_word(values + place * step);
        }
        columns = tcm_dsp_raise_4(columns, operand->offsets, words, 2);
        values += 4;
    }
    const int32_t rest = operand->depth % 4;
    if (rest > 0) {
        TCM_UNROLL
        for (int32_t place = 0; place < 4; place++) {
            words[place] = tcm_dsp_rest_of_run(values + place * step, rest);
        }
        tcm_dsp_raise_4(columns, operand->offsets, words, tcm_dsp_run_pairs(rest));
    }
}

/* The columns of four vectors. */
TCM_KERNEL void tcm_dsp_columns_of(const tcm_dsp_operand *operand, const int8_t *values, int32_t *columns)
{
    if (operand->depth_stride == 1) {
        tcm_dsp_columns_of_vectors(operand, values, columns);
    } else {
        tcm_dsp_columns_of_neighbours(operand, values, columns);
    }
}

/* A pair as weights, doubled where sums are. */
TCM_KERNEL int32_t tcm_dsp_weight_pair(uint32_t pair, int32_t is_whole, int32_t is_doubled)
{
    pair = is_whole ? pair : pair & 0xffffU;
    return (int32_t)(is_doubled ? tcm_sadd16(pair, pair) : pair);
}

/* One pair of two vectors, neighbours in memory; without a second half if ``distance`` is 0. */
TCM_KERNEL int32_t *tcm_dsp_weights_pair(const tcm_dsp_operand *operand, const int8_t *rows, int32_t distance,
                                         int32_t *stream, int32_t is_doubled)
{
    const uint32_t word = tcm_pack_low(tcm_load_half(rows), tcm_load_half(rows + distance * operand->depth_stride));
    const uint32_t first = tcm_sxtab16(operand->offsets, word);
    const uint32_t second = tcm_sxtab16_odd(operand->offsets, word);
    return tcm_store_two_words(stream, tcm_dsp_weight_pair(first, distance > 0, is_doubled),
                               tcm_dsp_weight_pair(second, distance > 0, is_doubled));
}

/* Two vectors, neighbours in memory, to the words of a stream. */
TCM_KERNEL int32_t *tcm_dsp_weights_of_neighbours(const tcm_dsp_operand *operand, const int8_t *rows, int32_t *stream,
                                                  int32_t is_doubled)
{
    const int32_t step = operand->depth_stride;
    const int32_t rest = operand->depth % 4;
    for (int32_t i = 0; i < operand->depth / 4; i++) {
        stream = tcm_dsp_weights_pair(operand, rows, 2, stream, is_doubled);
        stream = tcm_dsp_weights_pair(operand, rows + step, 2, stream, is_doubled);
        rows += 4 * step;
    }
    if (rest > 0) {
        stream = tcm_dsp_weights_pair(operand, rows, rest - 1, stream, is_doubled);
    }
    if (rest == 3) {
        stream = tcm_dsp_weights_pair(operand, rows + step, 0, stream, is_doubled);
    }
    return stream;
}

/* Two vectors whose values are neighbours. */
TCM_KERNEL int32_t *tcm_dsp_weights_of_vectors(const tcm_dsp_operand *operand, const int8_t *values, int32_t *stream,
                                               int32_t is_doubled)
{
    const int8_t *other = values + operand->vector_stride;
    const uint32_t offsets = operand->offsets;
    for (int32_t i = 0; i < operand->depth / 4; i++) {
        const uint32_t a = tcm_load_word(values);
        const uint32_t b = tcm_load_word(other);
        stream = tcm_store_two_words(stream, tcm_dsp_weight_pair(tcm_sxtab16(offsets, a), 1, is_doubled),
                                     tcm_dsp_weight_pair(tcm_sxtab16(offsets, b), 1, is_doubled));
        stream = tcm_store_two_words(stream, tcm_dsp_weight_pair(tcm_sxtab16_odd(offsets, a), 1, is_doubled),
                                     tcm_dsp_weight_pair(tcm_sxtab16_odd(offsets, b), 1, is_doubled));
        values += 4;
        other += 4;
    }
    const int32_t rest = operand->depth % 4;
    if (rest > 0) {
        const uint32_t a = tcm_dsp_rest_of_run(values, rest);
        const uint32_t b = tcm_dsp_rest_of_run(other, rest);
        stream = tcm_store_two_words(stream, tcm_dsp_weight_pair(tcm_sxtab16(offsets, a), rest > 1, is_doubled),
                                     tcm_dsp_weight_pair(tcm_sxtab16(offsets, b), rest > 1, is_doubled));
        if (rest == 3) {
            stream = tcm_store_two_words(stream, tcm_dsp_weight_pair(tcm_sxtab16_odd(offsets, a), 0, is_doubled),
                                         tcm_dsp_weight_pair(tcm_sxtab16_odd(offsets, b), 0, is_doubled));
        }
    }
    return stream;
}

/* The stream of tcm_dsp_wide.h for two vectors; returns its end. */
TCM_KERNEL int32_t *tcm_dsp_stream_of(const tcm_dsp_operand *operand, const int8_t *values, const tcm_dsp_scale *scale,
                                      int32_t *stream)
{
    const int32_t is_doubled = scale->way == TCM_REQUANTIZE_RIGHT;
    stream = tcm_store_two_words(stream, 0, 0);
    if (operand->depth_stride == 1) {
        stream = tcm_dsp_weights_of_vectors(operand, values, stream, is_doubled);
    } else {
        stream = tcm_dsp_weights_of_neighbours(operand, values, stream, is_doubled);
    }
    stream = tcm_store_two_words(stream, scale->multiplier, scale->addend);
    stream = tcm_store_two_words(stream, scale->shift, scale->multiplier);
    return tcm_store_two_words(stream, scale->addend, scale->shift);
}

/* The sums of four places and two filters, [filter][place], with weights of 16 bits. */
TCM_DSP_ROUTINE(tcm_dsp_wide_sums_4)
{
    __asm__ volatile(
        TCM_DSP_START_4(TCM_DSP_WIDE_BYTES)
        TCM_DSP_STEPS_4(TCM_DSP_WIDE)
        TCM_DSP_STORE_SUMS_4);
}

/* The outputs of four columns with an even number of filters; for any way. */
TCM_KERNEL void tcm_dsp_multiply_any(const int32_t *columns, const int32_t *stream, int32_t pairs, int32_t filters,
                                     int8_t *output, int32_t output_stride, const tcm_dsp_scale *scale)
{
    const int32_t words = 2 * pairs + 8;
    for (int32_t filter = 0; filter < filters; filter += 2) {
        int32_t sums[8];
        const tcm_dsp_product product = {
            .columns = columns,
            .stream = stream,
            .output = sums,
            .output_stride = 0,
            .pairs = pairs,
            .stream_end = stream + words,
        };
        tcm_dsp_wide_sums_4(&product);
        for (int32_t place = 0; place < 4; place++) {
            int8_t *target = output + place * output_stride + filter;
            target[0] = tcm_dsp_scaled(sums[place], scale);
            target[1] = tcm_dsp_scaled(sums[4 + place], scale);
        }
        stream += words;
    }
}

/* The outputs of four columns with an even number of filters. */
TCM_KERNEL void tcm_dsp_multiply_4(const int32_t *columns, const int32_t *stream, int32_t pairs, int32_t filters,
                                   int8_t *output, int32_t output_stride, const tcm_dsp_scale *scale)
{
    const int32_t is_unlimited = scale->activation_min == -128 && scale->activation_max == 127;
    const tcm_dsp_product product = {
        .columns = columns,
        .stream = stream,
        .output = output,
        .output_stride = output_stride,
        .pairs = pairs,
        .stream_end = stream + filters / 2 * (2 * pairs + 8),
    };
    if (scale->way == TCM_REQUANTIZE_RIGHT && is_unlimited) {
        tcm_dsp_wide_right_4(&product);
    } else {
        tcm_dsp_multiply_any(columns, stream, pairs, filters, output, output_stride, scale);
    }
}

/* Up to four values, ``step`` apart, in the order of a run's pairs. */
TCM_KERNEL uint32_t tcm_dsp_gather(const int8_t *values, int32_t count, int32_t step)
{
    uint32_t word = 0;
    for (int32_t i = 0; i < count; i++) {
        word |= (uint32_t)(uint8_t)values[i * step] << (count == 2 ? 16 * i : 8 * i);
    }
    return word;
}

/* One or two pairs from a word. */
TCM_KERNEL int32_t *tcm_dsp_raise_1(int32_t *pairs, uint32_t offsets, uint32_t word, int32_t rest, int32_t is_doubled)
{
    const int32_t first = tcm_dsp_weight_pair(tcm_sxtab16(offsets, word), rest > 1, is_doubled);
    if (rest < 3) {
        *pairs = first;
        return pairs + 1;
    }
    return tcm_store_two_words(pairs, first, tcm_dsp_weight_pair(tcm_sxtab16_odd(offsets, word), rest > 3, is_doubled));
}

/* One vector, whose values are neighbours or not, as pairs. */
TCM_KERNEL void tcm_dsp_vector_of(const tcm_dsp_operand *operand, const int8_t *values, int32_t is_doubled,
                                  int32_t *pairs)
{
    const int32_t step = operand->depth_stride;
    for (int32_t i = 0; i < operand->depth / 4; i++) {
        const uint32_t word = step == 1 ? tcm_load_word(values) : tcm_dsp_gather(values, 4, step);
        pairs = tcm_dsp_raise_1(pairs, operand->offsets, word, 4, is_doubled);
        values += 4 * step;
    }
    const int32_t rest = operand->depth % 4;
    if (rest > 0) {
        const uint32_t word = tcm_dsp_gather(values, rest, step);
        tcm_dsp_raise_1(pairs, operand->offsets, word, rest, is_doubled);
    }
}

/* Adds the products of one or two pairs with a word of another vector. */
TCM_KERNEL int32_t tcm_dsp_dot_word(uint32_t offsets, uint32_t word, const int32_t *pairs, int32_t count, int32_t sum)
{
    sum = tcm_smlad((int32_t)tcm_sxtab16(offsets, word), pairs[0], sum);
    return count < 2 ? sum : tcm_smlad((int32_t)tcm_sxtab16_odd(offsets, word), pairs[1], sum);
}

/* The product of a vector of pairs with one other vector. */
TCM_KERNEL int32_t tcm_dsp_dot(const tcm_dsp_operand *operand, const int8_t *values, const int32_t *pairs)
{
    const int32_t step = operand->depth_stride;
    int32_t sum = 0;
    for (int32_t i = 0; i < operand->depth / 4; i++) {
        const uint32_t word = step == 1 ? tcm_load_word(values) : tcm_dsp_gather(values, 4, step);
        sum = tcm_dsp_dot_word(operand->offsets, word, pairs, 2, sum);
        values += 4 * step;
        pairs += 2;
    }
    const int32_t rest = operand->depth % 4;
    if (rest > 0) {
        const uint32_t word = tcm_dsp_gather(values, rest, step);
        sum = tcm_dsp_dot_word(operand->offsets, word, pairs, tcm_dsp_run_pairs(rest), sum);
    }
    return sum;
}

enum { TCM_DSP_WORDS = 4 }; /* in a turn of the loop */

/* Adds the products with ``words`` words of two vectors, ``step`` bytes apart. */
TCM_KERNEL void tcm_dsp_dot_words(uint32_t offsets, const int8_t *values, int32_t step, const int32_t *pairs,
                                  int32_t words, int32_t sums[2])
{
    TCM_UNROLL
    for (int32_t i = 0; i < words; i++) {
        const uint32_t a = tcm_load_word(values + 4 * i);
        const uint32_t b = tcm_load_word(values + step + 4 * i);
        sums[0] = tcm_dsp_dot_word(offsets, a, pairs + 2 * i, 2, sums[0]);
        sums[1] = tcm_dsp_dot_word(offsets, b, pairs + 2 * i, 2, sums[1]);
    }
}

/* The products with two vectors whose values are neighbours. */
TCM_KERNEL void tcm_dsp_dot_vectors(const tcm_dsp_operand *operand, const int8_t *values, const int32_t *pairs,
                                    int32_t sums[2])
{
    const int32_t step = operand->vector_stride;
    const int32_t words = operand->depth / 4 % TCM_DSP_WORDS;
    const int32_t rest = operand->depth % 4;
    sums[0] = 0;
    sums[1] = 0;
    for (int32_t i = 0; i < operand->depth / 4 / TCM_DSP_WORDS; i++) {
        tcm_dsp_dot_words(operand->offsets, values, step, pairs, TCM_DSP_WORDS, sums);
        values += 4 * TCM_DSP_WORDS;
        pairs += 2 * TCM_DSP_WORDS;
    }
    tcm_dsp_dot_words(operand->offsets, values, step, pairs, words, sums);
    if (rest > 0) {
        const int32_t count = tcm_dsp_run_pairs(rest);
        const uint32_t a = tcm_dsp_rest_of_run(values + 4 * words, rest);
        const uint32_t b = tcm_dsp_rest_of_run(values + step + 4 * words, rest);
        sums[0] = tcm_dsp_dot_word(operand->offsets, a, pairs + 2 * words, count, sums[0]);
        sums[1] = tcm_dsp_dot_word(operand->offsets, b, pairs + 2 * words, count, sums[1]);
    }
}

/* Adds the products of a pair with those of four vectors, neighbours in memory. */
TCM_KERNEL void tcm_dsp_dot_rows(const tcm_dsp_operand *operand, const int8_t *rows, int32_t distance, int32_t pair,
                                 int32_t sums[4])
{
    const uint32_t a = tcm_load_word(rows);
    const uint32_t b = tcm_load_word(rows + distance * operand->depth_stride);
    const uint32_t low = tcm_pack_low(a, b);
    const uint32_t high = tcm_pack_high(a, b);
    sums[0] = tcm_smlad((int32_t)tcm_sxtab16(operand->offsets, low), pair, sums[0]);
    sums[1] = tcm_smlad((int32_t)tcm_sxtab16_odd(operand->offsets, low), pair, sums[1]);
    sums[2] = tcm_smlad((int32_t)tcm_sxtab16(operand->offsets, high), pair, sums[2]);
    sums[3] = tcm_smlad((int32_t)tcm_sxtab16_odd(operand->offsets, high), pair, sums[3]);
}

/* The products with four vectors, neighbours in memory. */
TCM_KERNEL void tcm_dsp_dot_neighbours(const tcm_dsp_operand *operand, const int8_t *rows, const int32_t *pairs,
                                       int32_t sums[4])
{
    const int32_t step = operand->depth_stride;
    const int32_t rest = operand->depth % 4;
    TCM_UNROLL
    for (int32_t i = 0; i < 4; i++) {
        sums[i] = 0;
    }
    for (int32_t i = 0; i < operand->depth / 4; i++) {
        tcm_dsp_dot_rows(operand, rows, 2, pairs[0], sums);
        tcm_dsp_dot_rows(operand, rows + step, 2, pairs[1], sums);
        rows += 4 * step;
        pairs += 2;
    }
    if (rest > 0) {
        tcm_dsp_dot_rows(operand, rows, rest - 1, pairs[0], sums);
    }
    if (rest == 3) {
        tcm_dsp_dot_rows(operand, rows + step, 0, pairs[1], sums);
    }
}

/* The products of a vector of pairs with ``count`` vectors. */
TCM_KERNEL void tcm_dsp_dots(const tcm_dsp_operand *operand, const int8_t *vectors, int32_t count, const int32_t *pairs,
                             int8_t *output, const tcm_dsp_scale *scale)
{
    const int32_t block = operand->depth_stride == 1 ? 2 : 4;
    for (int32_t i = 0; i < count / block; i++) {
        int32_t sums[4];
        if (block == 2) {
            tcm_dsp_dot_vectors(operand, vectors, pairs, sums);
        } else {
            tcm_dsp_dot_neighbours(operand, vectors, pairs, sums);
        }
        TCM_UNROLL
        for (int32_t k = 0; k < block; k++) {
            *output++ = tcm_dsp_scaled(sums[k], scale);
        }
        vectors += block * operand->vector_stride;
    }
    for (int32_t i = 0; i < count % block; i++) {
        *output++ = tcm_dsp_scaled(tcm_dsp_dot(operand, vectors, pairs), scale);
        vectors += operand->vector_stride;
    }
}

/* The parameters of a kernel that come after those of the matrices, and what they say of operands and scale. */
#define TCM_DSP_MATMUL_PARAMETERS                                                                                     \
    int32_t input_offset, int32_t other_offset, int32_t output_offset, int32_t way, int32_t multiplier,               \
        int32_t addend, int32_t shift, int32_t activation_min, int32_t activation_max

#define TCM_DSP_MATMUL_OPERANDS(left, right, scale)                                                                   \
    const tcm_dsp_operand left = tcm_dsp_operand_of(depth, input_row_stride, input_depth_stride, input_offset);       \
    const tcm_dsp_operand right = tcm_dsp_operand_of(depth, other_column_stride, other_depth_stride, other_offset);   \
    const tcm_dsp_scale scale = {                                                                                     \
        .way = way,                                                                                                   \
        .multiplier = multiplier,                                                                                     \
        .addend = addend,                                                                                             \
        .shift = shift,                                                                                               \
        .output_offset = output_offset,                                                                               \
        .activation_min = activation_min,                                                                             \
        .activation_max = activation_max,                                                                             \
    }

#endif
