/* The larger or the smaller of signed bytes for cores with the DSP extension, four at a time. */
#ifndef TCM_DSP_EXTREME_H
#define TCM_DSP_EXTREME_H

#include "tcm_broadcast.h"
#include "tcm_dsp.h"

enum { TCM_EXTREME_WORDS = 4 };

TCM_KERNEL uint32_t tcm_extreme_bytes(uint32_t a, uint32_t b, int32_t largest)
{
    return largest ? tcm_largest_bytes(a, b) : tcm_smallest_bytes(a, b);
}

/* ``words`` words of outputs; a stride of 0 repeats what is in ``a`` or ``b`` already. All loads before the stores, as
 * the output may be the memory of an operand. */
TCM_KERNEL void tcm_extreme_words(const int8_t *input, int32_t input_stride, uint32_t *a, const int8_t *other,
                                  int32_t other_stride, uint32_t *b, int8_t *output, int32_t words, int32_t largest)
{
    TCM_UNROLL
    for (int32_t k = 0; k < words; k++) {
        a[k] = input_stride != 0 ? tcm_load_word(input + 4 * k) : a[k];
        b[k] = other_stride != 0 ? tcm_load_word(other + 4 * k) : b[k];
    }
    TCM_UNROLL
    for (int32_t k = 0; k < words; k++) {
        tcm_store_bytes(output + 4 * k, tcm_extreme_bytes(a[k], b[k], largest), 4);
    }
}

/* A run of outputs; strides are 0 or 1. */
TCM_KERNEL void tcm_extreme_run(const int8_t *input, int32_t input_stride, const int8_t *other, int32_t other_stride,
                                int8_t *output, int32_t size, int32_t largest)
{
    const uint32_t repeated_a = (uint8_t)*input * UINT32_C(0x01010101);
    const uint32_t repeated_b = (uint8_t)*other * UINT32_C(0x01010101);
    uint32_t a[TCM_EXTREME_WORDS] = {repeated_a, repeated_a, repeated_a, repeated_a};
    uint32_t b[TCM_EXTREME_WORDS] = {repeated_b, repeated_b, repeated_b, repeated_b};
    for (int32_t i = 0; i < size / 16; i++) {
        tcm_extreme_words(input, input_stride, a, other, other_stride, b, output, TCM_EXTREME_WORDS, largest);
        input += 16 * input_stride;
        other += 16 * other_stride;
        output += 16;
    }
    for (int32_t i = 0; i < size % 16 / 4; i++) {
        tcm_extreme_words(input, input_stride, a, other, other_stride, b, output, 1, largest);
        input += 4 * input_stride;
        other += 4 * other_stride;
        output += 4;
    }
    for (int32_t i = 0; i < size % 4; i++) {
        const int8_t first = input_stride != 0 ? input[i] : (int8_t)repeated_a;
        const int8_t second = other_stride != 0 ? other[i] : (int8_t)repeated_b;
        output[i] = (first > second) == (largest != 0) ? first : second;
    }
}

/* Of two tensors that broadcast; the innermost strides are 0 or 1. */
TCM_KERNEL void tcm_extreme_of_pairs(const int8_t *input, const int8_t *other, int8_t *output,
                                     TCM_BROADCAST_PARAMETERS, int32_t largest)
{
    TCM_FOR_EACH_RUN(a, b)
    {
        tcm_extreme_run(input + a, input_stride_5, other + b, other_stride_5, output, size_5, largest);
    }
}

/* Of ``count`` times ``words`` words, ``step`` bytes apart; words of ``bytes`` bytes, four unless there is one alone. */
TCM_KERNEL void tcm_extreme_column(const int8_t *values, int32_t step, int32_t count, int32_t words, int32_t bytes,
                                   int8_t *output, int32_t largest)
{
    uint32_t extreme[TCM_EXTREME_WORDS];
    TCM_UNROLL
    for (int32_t k = 0; k < words; k++) {
        extreme[k] = tcm_load_bytes(values + 4 * k, bytes);
    }
    for (int32_t i = 1; i < count; i++) {
        values += step;
        TCM_UNROLL
        for (int32_t k = 0; k < words; k++) {
            extreme[k] = tcm_extreme_bytes(extreme[k], tcm_load_bytes(values + 4 * k, bytes), largest);
        }
    }
    TCM_UNROLL
    for (int32_t k = 0; k < words; k++) {
        tcm_store_bytes(output + 4 * k, extreme[k], bytes);
    }
}

/* Of ``count`` neighbours. */
TCM_KERNEL int8_t tcm_extreme_row(const int8_t *values, int32_t count, int32_t largest)
{
    uint32_t extreme = (uint8_t)*values * UINT32_C(0x01010101);
    for (int32_t i = 0; i < count / 16; i++) {
        TCM_UNROLL
        for (int32_t k = 0; k < TCM_EXTREME_WORDS; k++) {
            extreme = tcm_extreme_bytes(extreme, tcm_load_word(values + 4 * k), largest);
        }
        values += 16;
    }
    for (int32_t i = 0; i < count % 16 / 4; i++) {
        extreme = tcm_extreme_bytes(extreme, tcm_load_word(values), largest);
        values += 4;
    }
    for (int32_t i = 0; i < count % 4; i++) {
        extreme = tcm_extreme_bytes(extreme, (uint8_t)values[i] * UINT32_C(0x01010101), largest);
    }
    extreme = tcm_extreme_bytes(extreme, extreme << 16 | extreme >> 16, largest);
    return (int8_t)tcm_extreme_bytes(extreme, extreme >> 8, largest);
}

#endif
