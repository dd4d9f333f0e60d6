/* A constant border around a tensor by words, for cores that load and store words at multiples of four only: all runs,
 * and their places in the output, are such multiples. Where an input or output of a caller lies elsewhere, bytes are
 * copied. */
#ifndef PAD_S8__WORDS_SCALAR_H
#define PAD_S8__WORDS_SCALAR_H

#include "pad_s8__runs.h"

#if defined(__GNUC__)

enum { PAD_WORDS_AT_ONCE = 4 };

TCM_KERNEL uint32_t pad_s8_load(const int8_t *source)
{
    uint32_t word;
    __builtin_memcpy(&word, __builtin_assume_aligned(source, 4), 4);
    return word;
}

TCM_KERNEL void pad_s8_store(int8_t *target, uint32_t word)
{
    __builtin_memcpy(__builtin_assume_aligned(target, 4), &word, 4);
}

/* Copies words to other ones, or to some before them. */
TCM_KERNEL int8_t *pad_s8_copy_run(int8_t *target, const int8_t *source, int32_t count)
{
    for (int32_t i = 0; i < count / (4 * PAD_WORDS_AT_ONCE); i++) {
        const uint32_t words[PAD_WORDS_AT_ONCE] = {pad_s8_load(source), pad_s8_load(source + 4),
                                                   pad_s8_load(source + 8), pad_s8_load(source + 12)};
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < PAD_WORDS_AT_ONCE; k++) {
            pad_s8_store(target + 4 * k, words[k]);
        }
        target += 4 * PAD_WORDS_AT_ONCE;
        source += 4 * PAD_WORDS_AT_ONCE;
    }
    TCM_UNROLL_SCALAR
    for (int32_t i = 0; i < count / 4 % PAD_WORDS_AT_ONCE; i++) {
        pad_s8_store(target, pad_s8_load(source));
        target += 4;
        source += 4;
    }
    return target;
}

TCM_KERNEL int8_t *pad_s8_fill_run(int8_t *target, int32_t value, int32_t count)
{
    const uint32_t word = (uint32_t)(uint8_t)value * 0x01010101;
    for (int32_t i = 0; i < count / (4 * PAD_WORDS_AT_ONCE); i++) {
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < PAD_WORDS_AT_ONCE; k++) {
            pad_s8_store(target + 4 * k, word);
        }
        target += 4 * PAD_WORDS_AT_ONCE;
    }
    for (int32_t i = 0; i < count / 4 % PAD_WORDS_AT_ONCE; i++) {
        pad_s8_store(target, word);
        target += 4;
    }
    return target;
}

TCM_KERNEL int32_t pad_s8_lies_by_words(const int8_t *input, const int8_t *output)
{
    return ((uintptr_t)input | (uintptr_t)output) % 4 == 0;
}

#else
#define pad_s8_copy_run tcm_copy
#define pad_s8_fill_run tcm_fill
#define pad_s8_lies_by_words(input, output) 0
#endif

TCM_KERNEL void pad_s8__words_scalar(const int8_t *input, int8_t *output, int32_t value, int32_t output_elements,
                                     int32_t output_start, int32_t size_0, int32_t size_1, int32_t size_2,
                                     int32_t size_3, int32_t size_4, int32_t size_5, int32_t output_stride_0,
                                     int32_t output_stride_1, int32_t output_stride_2, int32_t output_stride_3,
                                     int32_t output_stride_4)
{
    if (!pad_s8_lies_by_words(input, output)) {
        pad_s8__runs(input, output, value, output_elements, output_start, size_0, size_1, size_2, size_3, size_4,
                     size_5, output_stride_0, output_stride_1, output_stride_2, output_stride_3, output_stride_4);
        return;
    }
    int8_t *next = output;
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++) {
                        const int8_t *row = output + output_start + i0 * output_stride_0 + i1 * output_stride_1 +
                                            i2 * output_stride_2 + i3 * output_stride_3 + i4 * output_stride_4;
                        if (i4 == 0) {
                            next = pad_s8_fill_run(next, value, (int32_t)(row - next));
                        } else {
                            /* As many each time: a literal, of which no loop is left. */
                            next = pad_s8_fill_run(next, value, output_stride_4 - size_5);
                        }
                        next = pad_s8_copy_run(next, input, size_5);
                        input += size_5;
                    }
                }
            }
        }
    }
    pad_s8_fill_run(next, value, (int32_t)(output + output_elements - next));
}

#endif
