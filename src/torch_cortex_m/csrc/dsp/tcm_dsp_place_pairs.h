/* Matrix products of two places with four filters at a time, for cores with the DSP extension; see tcm_dsp_matrix.h for
 * superposed weights, and tcm_dsp_convolution.h for runs.
 *
 * A column holds pairs of inputs, [pair][2 places], or [pair] for one place alone: half of what columns of four places
 * take. One pair is 16 multiply-accumulates in 12 instructions, because the weights of a word need no register of their
 * own when they are taken apart behind their last use.
 *
 * The stream, for each four filters: 4 biases; ``pairs`` times two words, of the first and the last two filters; then
 * multiplier, addend and shift of each. */
#ifndef TCM_DSP_PLACE_PAIRS_H
#define TCM_DSP_PLACE_PAIRS_H

#include "tcm_dsp_convolution.h"

/* r0 columns, r1 stream, r2 - r5 sums of the first place, r6 - r9 of the second, r10 and r11 inputs, r12 and lr
 * weights. Frame: 0 columns, 4 their end, 8 output, 12 stride, 16 end of the stream, 20 entry. The loop is entered as
 * that of four places. */
#define TCM_DSP_START_2                    \
    "push {r4-r11, lr}\n\t"                \
    "sub sp, sp, #28\n\t"                  \
    "ldm r0, {r0, r1, r2, r3, r4, r5}\n\t" \
    "add r6, r0, r4, lsl #3\n\t"           \
    "strd r0, r6, [sp]\n\t"                \
    "strd r2, r3, [sp, #8]\n\t"            \
    "sub r4, r4, #1\n\t"                   \
    "and r4, r4, #" TCM_DSP_TURN "-1\n\t"  \
    "mov r7, #48\n\t"                      \
    "adr.w r8, 3f\n\t"                     \
    "mls r7, r4, r7, r8\n\t"               \
    "orr r7, r7, #1\n\t"                   \
    "strd r5, r7, [sp, #16]\n"             \
    "1:\n\t"                               \
    "ldm r1!, {r2-r5}\n\t"                 \
    "ldr r0, [sp]\n\t"

/* The sums of the second place are added to those in a - d. */
#define TCM_DSP_STEP_2(a, b, c, d)         \
    "ldrd r10, r11, [r0], #8\n\t"          \
    "ldrd r12, lr, [r1], #8\n\t"           \
    "smlad r7, r11, r12, " b "\n\t"        \
    "smlad r9, r11, lr, " d "\n\t"         \
    "smlad r3, r10, r12, r3\n\t"           \
    "smlad r5, r10, lr, r5\n\t"            \
    "sxtb16 r12, r12\n\t"                  \
    "sxtb16 lr, lr\n\t"                    \
    "smlad r6, r11, r12, " a "\n\t"        \
    "smlad r8, r11, lr, " c "\n\t"         \
    "smlad r2, r10, r12, r2\n\t"           \
    "smlad r4, r10, lr, r4\n\t"

#define TCM_DSP_STEPS_2                    \
    TCM_DSP_STEP_2("r2", "r3", "r4", "r5") \
    "ldr pc, [sp, #20]\n"                  \
    "2:\n\t"                               \
    ".rept " TCM_DSP_TURN "\n\t"           \
    TCM_DSP_STEP_2("r6", "r7", "r8", "r9") \
    ".endr\n"                              \
    "3:\n\t"                               \
    "ldr r12, [sp, #4]\n\t"                \
    "cmp r0, r12\n\t"                      \
    "bne.w 2b\n\t"                         \
    "sub r3, r3, r2\n\t"                   \
    "sub r5, r5, r4\n\t"                   \
    "sub r7, r7, r6\n\t"                   \
    "sub r9, r9, r8\n\t"

/* Outputs of one filter at both places; operation and amount scale its sums. */
#define TCM_DSP_FLOOR_2_PLACES(operation, a, b, shift)  \
    "ldm r1!, {r10, r11, r12}\n\t"                      \
    operation " " a ", " a ", r12\n\t"                  \
    operation " " b ", " b ", r12\n\t"                  \
    TCM_DSP_FLOOR_1(a, "r10", "r11", shift)             \
    TCM_DSP_FLOOR_1(b, "r10", "r11", shift)

#define TCM_DSP_ROUND_2_PLACES(operation, a, b, amount) \
    "ldm r1!, {r10, r11, r12}\n\t"                      \
    operation " " a ", " a ", #" amount "\n\t"          \
    operation " " b ", " b ", #" amount "\n\t"          \
    TCM_DSP_ROUND_1(a, "r10", "r11", "r12", "lr")       \
    TCM_DSP_ROUND_1(b, "r10", "r11", "r12", "lr")

/* The four outputs of a place, to an address in r0. */
#if defined(__ARM_FEATURE_UNALIGNED)
#define TCM_DSP_STORE_FOUR(a, b, c, d)   \
    "bfi " a ", " b ", #8, #8\n\t"       \
    "bfi " c ", " d ", #8, #8\n\t"       \
    "pkhbt " a ", " a ", " c ", lsl #16\n\t" \
    "str " a ", [r0]\n\t"
#else
#define TCM_DSP_STORE_FOUR(a, b, c, d)   \
    "strb " a ", [r0]\n\t"               \
    "strb " b ", [r0, #1]\n\t"           \
    "strb " c ", [r0, #2]\n\t"           \
    "strb " d ", [r0, #3]\n\t"
#endif

#define TCM_DSP_NEXT_2                          \
    "ldrd r0, r10, [sp, #8]\n\t"                \
    "ldr r12, [sp, #16]\n\t"                    \
    "add r11, r0, #4\n\t"                       \
    "str r11, [sp, #8]\n\t"                     \
    TCM_DSP_STORE_FOUR("r2", "r3", "r4", "r5")  \
    "add r0, r0, r10\n\t"                       \
    TCM_DSP_STORE_FOUR("r6", "r7", "r8", "r9")  \
    "cmp r1, r12\n\t"                           \
    "bne.w 1b\n\t"                              \
    "add sp, sp, #28\n\t"                       \
    "pop {r4-r11, pc}"

/* Two places and all filters of a non-negative layer with this common shift. */
#define TCM_DSP_NON_NEGATIVE_2(name, shift)                  \
    TCM_DSP_ROUTINE(name)                                    \
    {                                                        \
        __asm__ volatile(                                    \
            TCM_DSP_START_2                                  \
            TCM_DSP_STEPS_2                                  \
            TCM_DSP_FLOOR_2_PLACES("lsl", "r2", "r6", shift) \
            TCM_DSP_FLOOR_2_PLACES("asr", "r3", "r7", shift) \
            TCM_DSP_FLOOR_2_PLACES("lsl", "r4", "r8", shift) \
            TCM_DSP_FLOOR_2_PLACES("asr", "r5", "r9", shift) \
            TCM_DSP_NEXT_2);                                 \
    }

TCM_DSP_NON_NEGATIVE_2(tcm_dsp_place_pairs_10_2, "10")
TCM_DSP_NON_NEGATIVE_2(tcm_dsp_place_pairs_12_2, "12")
TCM_DSP_NON_NEGATIVE_2(tcm_dsp_place_pairs_14_2, "14")

/* Two places and all filters of a layer with right shifts. */
TCM_DSP_ROUTINE(tcm_dsp_place_pairs_right_2)
{
    __asm__ volatile(
        TCM_DSP_START_2
        TCM_DSP_STEPS_2
        TCM_DSP_ROUND_2_PLACES("lsl", "r2", "r6", "1")
        TCM_DSP_ROUND_2_PLACES("asr", "r3", "r7", "7")
        TCM_DSP_ROUND_2_PLACES("lsl", "r4", "r8", "1")
        TCM_DSP_ROUND_2_PLACES("asr", "r5", "r9", "7")
        TCM_DSP_NEXT_2);
}

/* One place. r0 column, r1 stream, r2 - r5 sums, r6 and r7 inputs, r8 - r11 weights, lr output. Frame: 0 column, 4 its
 * end, 8 end of the stream, 12 entry, 16 entry of the loop. A pair that fills no step of two comes first. */
#define TCM_DSP_START_ALONE                \
    "push {r4-r11, lr}\n\t"                \
    "sub sp, sp, #20\n\t"                  \
    "ldm r0, {r0, r1, r2, r3, r4, r5}\n\t" \
    "mov lr, r2\n\t"                       \
    "add r6, r0, r4, lsl #2\n\t"           \
    "strd r0, r6, [sp]\n\t"                \
    "adr.w r8, 3f\n\t"                     \
    "ubfx r6, r4, #1, #2\n\t"              \
    "mov r7, #56\n\t"                      \
    "mls r7, r6, r7, r8\n\t"               \
    "orr r7, r7, #1\n\t"                   \
    "adr.w r8, 4f\n\t"                     \
    "orr r8, r8, #1\n\t"                   \
    "tst r4, #1\n\t"                       \
    "it eq\n\t"                            \
    "moveq r8, r7\n\t"                     \
    "strd r5, r8, [sp, #8]\n\t"            \
    "str r7, [sp, #16]\n"                  \
    "1:\n\t"                               \
    "ldm r1!, {r2-r5}\n\t"                 \
    "ldr r0, [sp]\n\t"                     \
    "ldr pc, [sp, #12]\n"

/* One pair of inputs and the weights of four filters. */
#define TCM_DSP_FOUR_PRODUCTS(inputs, first, second)    \
    "smlad r3, " inputs ", " first ", r3\n\t"           \
    "smlad r5, " inputs ", " second ", r5\n\t"          \
    "sxtb16 " first ", " first "\n\t"                   \
    "sxtb16 " second ", " second "\n\t"                 \
    "smlad r2, " inputs ", " first ", r2\n\t"           \
    "smlad r4, " inputs ", " second ", r4\n\t"

#define TCM_DSP_STEPS_ALONE                    \
    ".balign 4\n"                              \
    "4:\n\t"                                   \
    "ldr r6, [r0], #4\n\t"                     \
    "ldrd r8, r9, [r1], #8\n\t"                \
    TCM_DSP_FOUR_PRODUCTS("r6", "r8", "r9")    \
    "ldr pc, [sp, #16]\n"                      \
    "2:\n\t"                                   \
    ".rept 4\n\t"                              \
    "ldrd r6, r7, [r0], #8\n\t"                \
    "ldm.w r1!, {r8-r11}\n\t"                  \
    TCM_DSP_FOUR_PRODUCTS("r6", "r8", "r9")    \
    TCM_DSP_FOUR_PRODUCTS("r7", "r10", "r11")  \
    ".endr\n"                                  \
    "3:\n\t"                                   \
    "ldr r12, [sp, #4]\n\t"                    \
    "cmp r0, r12\n\t"                          \
    "bne.w 2b\n\t"                             \
    "sub r3, r3, r2\n\t"                       \
    "sub r5, r5, r4\n\t"

#define TCM_DSP_FLOOR_ALONE(operation, sum, shift)   \
    "ldm r1!, {r6, r7, r8}\n\t"                      \
    operation " " sum ", " sum ", r8\n\t"            \
    TCM_DSP_FLOOR_1(sum, "r6", "r7", shift)          \
    "strb " sum ", [lr], #1\n\t"

#define TCM_DSP_ROUND_ALONE(operation, sum, amount)  \
    "ldm r1!, {r6, r7, r8}\n\t"                      \
    operation " " sum ", " sum ", #" amount "\n\t"   \
    TCM_DSP_ROUND_1(sum, "r6", "r7", "r8", "r9")     \
    "strb " sum ", [lr], #1\n\t"

#define TCM_DSP_NEXT_ALONE     \
    "ldr r12, [sp, #8]\n\t"    \
    "cmp r1, r12\n\t"          \
    "bne.w 1b\n\t"             \
    "add sp, sp, #20\n\t"      \
    "pop {r4-r11, pc}"

#define TCM_DSP_NON_NEGATIVE_ALONE(name, shift)      \
    TCM_DSP_ROUTINE(name)                            \
    {                                                \
        __asm__ volatile(                            \
            TCM_DSP_START_ALONE                      \
            TCM_DSP_STEPS_ALONE                      \
            TCM_DSP_FLOOR_ALONE("lsl", "r2", shift)  \
            TCM_DSP_FLOOR_ALONE("asr", "r3", shift)  \
            TCM_DSP_FLOOR_ALONE("lsl", "r4", shift)  \
            TCM_DSP_FLOOR_ALONE("asr", "r5", shift)  \
            TCM_DSP_NEXT_ALONE);                     \
    }

TCM_DSP_NON_NEGATIVE_ALONE(tcm_dsp_place_pairs_10_1, "10")
TCM_DSP_NON_NEGATIVE_ALONE(tcm_dsp_place_pairs_12_1, "12")
TCM_DSP_NON_NEGATIVE_ALONE(tcm_dsp_place_pairs_14_1, "14")

TCM_DSP_ROUTINE(tcm_dsp_place_pairs_right_1)
{
    __asm__ volatile(
        TCM_DSP_START_ALONE
        TCM_DSP_STEPS_ALONE
        TCM_DSP_ROUND_ALONE("lsl", "r2", "1")
        TCM_DSP_ROUND_ALONE("asr", "r3", "7")
        TCM_DSP_ROUND_ALONE("lsl", "r4", "1")
        TCM_DSP_ROUND_ALONE("asr", "r5", "7")
        TCM_DSP_NEXT_ALONE);
}

/* Words of the stream for four filters. */
TCM_KERNEL int32_t tcm_dsp_place_pairs_stream_words(int32_t pairs)
{
    return 2 * pairs + 16;
}

/* All filters on the columns of two places or one. */
TCM_KERNEL void tcm_dsp_multiply_place_pairs(const int32_t *columns, const int32_t *stream, int8_t *output,
                                             const tcm_dsp_layer *layer, int32_t places)
{
    const tcm_dsp_product product = {
        .columns = columns,
        .stream = stream,
        .output = output,
        .output_stride = layer->output_stride,
        .pairs = layer->pairs,
        .stream_end = stream + layer->filters / 4 * tcm_dsp_place_pairs_stream_words(layer->pairs),
    };
    if (layer->way == TCM_REQUANTIZE_RIGHT) {
        places == 2 ? tcm_dsp_place_pairs_right_2(&product) : tcm_dsp_place_pairs_right_1(&product);
    } else if (layer->common_shift == 10) {
        places == 2 ? tcm_dsp_place_pairs_10_2(&product) : tcm_dsp_place_pairs_10_1(&product);
    } else if (layer->common_shift == 12) {
        places == 2 ? tcm_dsp_place_pairs_12_2(&product) : tcm_dsp_place_pairs_12_1(&product);
    } else {
        places == 2 ? tcm_dsp_place_pairs_14_2(&product) : tcm_dsp_place_pairs_14_1(&product);
    }
}

/* Unpacks the runs of two places into columns; returns the columns' end. */
TCM_KERNEL int32_t *tcm_dsp_unpack_2(const int8_t *first, const int8_t *second, int32_t length, int32_t *columns)
{
    TCM_UNROLL_BY_4
    for (int32_t word = 0; word < length / 4; word++) {
        const uint32_t a = tcm_load_word(first);
        const uint32_t b = tcm_load_word(second);
        columns = tcm_store_two_words(columns, tcm_sxtb16(a), tcm_sxtb16(b));
        columns = tcm_store_two_words(columns, tcm_sxtb16_odd(a), tcm_sxtb16_odd(b));
        first += 4;
        second += 4;
    }
    const int32_t rest = length % 4;
    if (rest > 0) {
        const uint32_t a = tcm_dsp_rest_of_run(first, rest);
        const uint32_t b = tcm_dsp_rest_of_run(second, rest);
        columns = tcm_store_two_words(columns, tcm_sxtb16(a), tcm_sxtb16(b));
        if (rest == 3) {
            columns = tcm_store_two_words(columns, tcm_sxtb16_odd(a), tcm_sxtb16_odd(b));
        }
    }
    return columns;
}

/* Whether this place and the next one are in one row, their windows meet no padding on the left and right, and the
 * columns of their inputs can be unpacked by themselves, if they are no neighbours. */
TCM_KERNEL int32_t tcm_dsp_is_pair_inside(const tcm_window *window, const tcm_place *place, int32_t channels)
{
    const int32_t last = place->column + window->stride_width;
    const int32_t reach = (window->kernel_width - 1) * window->dilation_width;
    const int32_t row_end = window->output_width * window->stride_width - window->padding_left;
    const int32_t has_runs = tcm_window_is_contiguous(window) || channels % 4 == 0;
    return has_runs && place->column >= 0 && last < row_end && last + reach < window->input_width;
}

/* The columns of two such places from this one. */
TCM_KERNEL void tcm_dsp_unpack_pair_inside(const tcm_window *window, const tcm_place *place, int32_t channels,
                                           const int8_t *padding, int32_t *columns)
{
    const int32_t parts = tcm_window_is_contiguous(window) ? 1 : window->kernel_width;
    const int32_t length = window->kernel_width * channels / parts;
    const int32_t step = window->stride_width * window->input_channels;
    for (int32_t k = 0; k < window->kernel_height; k++) {
        const int32_t y = place->row + k * window->dilation_height;
        const int32_t is_padding = tcm_window_has_padding(window) && (y < 0 || y >= window->input_height);
        const int8_t *run = place->image + (y * window->input_width + place->column) * window->input_channels;
        for (int32_t part = 0; part < parts; part++) {
            const int8_t *first = is_padding ? padding : run;
            columns = tcm_dsp_unpack_2(first, is_padding ? first : first + step, length, columns);
            run += window->dilation_width * window->input_channels;
        }
    }
}

/* The columns of two places. */
TCM_KERNEL void tcm_dsp_unpack_pair(const tcm_window *window, const tcm_place places[2], int32_t channels,
                                    const int8_t *padding, int8_t *patches, int32_t *columns)
{
    if (tcm_dsp_is_pair_inside(window, &places[0], channels)) {
        tcm_dsp_unpack_pair_inside(window, &places[0], channels, padding, columns);
        return;
    }
    const int32_t length = window->kernel_width * channels;
    for (int32_t k = 0; k < window->kernel_height; k++) {
        const int8_t *first = tcm_dsp_run(window, &places[0], k, channels, padding, patches);
        const int8_t *second = tcm_dsp_run(window, &places[1], k, channels, padding, patches + length);
        columns = tcm_dsp_unpack_2(first, second, length, columns);
    }
}

/* All places, one group of filters. scratch: columns of two places, a run of padding, patches of two places. */
TCM_KERNEL void tcm_dsp_convolve_group_by_pairs(const int8_t *input, const int32_t *stream, int8_t *output,
                                                uint8_t *scratch, int32_t batches, const tcm_window *window,
                                                const tcm_dsp_layer *layer)
{
    const int32_t channels = window->input_channels / window->groups;
    const int32_t length = window->kernel_width * channels;
    const int32_t places = batches * window->output_height * window->output_width;
    int32_t *const columns = (int32_t *)(void *)scratch;
    int8_t *const padding = (int8_t *)(columns + (places >= 2 ? 2 : 1) * layer->pairs);
    int8_t *const patches = padding + length;
    tcm_place next = tcm_window_first_place(window, input);
    for (int32_t i = 0; i < places / 2; i++) {
        const tcm_place both[2] = {next, tcm_window_place_after(window, next, 1)};
        tcm_dsp_unpack_pair(window, both, channels, padding, patches, columns);
        next = tcm_window_place_after(window, both[1], 1);
        tcm_dsp_multiply_place_pairs(columns, stream, output, layer, 2);
        output += 2 * layer->output_stride;
    }
    if (places % 2 != 0) {
        int32_t *end = columns;
        for (int32_t k = 0; k < window->kernel_height; k++) {
            end = tcm_dsp_unpack_1(tcm_dsp_run(window, &next, k, channels, padding, patches), length, end);
        }
        tcm_dsp_multiply_place_pairs(columns, stream, output, layer, 1);
    }
}

TCM_KERNEL void tcm_dsp_convolve_by_pairs(const int8_t *input, const int32_t *stream, int8_t *output, uint8_t *scratch,
                                          int32_t batches, const tcm_window *window, const tcm_dsp_layer *layer)
{
    const int32_t channels = window->input_channels / window->groups;
    const int32_t places = batches * window->output_height * window->output_width;
    if (tcm_window_has_padding(window)) {
        int8_t *padding = (int8_t *)scratch + (places >= 2 ? 8 : 4) * layer->pairs;
        tcm_fill_bytes(padding, window->padding_value, window->kernel_width * channels);
    }
    for (int32_t group = 0; group < window->groups; group++) {
        tcm_dsp_convolve_group_by_pairs(input + group * channels, stream, output + group * layer->filters, scratch,
                                        batches, window, layer);
        stream += layer->filters / 4 * tcm_dsp_place_pairs_stream_words(layer->pairs);
    }
}

#endif
