/* Copies and fills bytes, by words where a core loads and stores them at any address. */
#ifndef TCM_COPY_H
#define TCM_COPY_H

#include "tcm_scalar.h"

enum { TCM_COPY_AT_ONCE = 16 };

/* Copies four bytes. */
TCM_KERNEL void tcm_copy_word(int8_t *target, const int8_t *source)
{
#if defined(__ARM_FEATURE_UNALIGNED) && defined(__GNUC__)
    __builtin_memcpy(target, source, 4);
#else
    const int8_t bytes[4] = {source[0], source[1], source[2], source[3]};
    target[0] = bytes[0];
    target[1] = bytes[1];
    target[2] = bytes[2];
    target[3] = bytes[3];
#endif
}

/* Copies ``count`` bytes and returns the end of the copy. */
TCM_KERNEL int8_t *tcm_copy(int8_t *target, const int8_t *source, int32_t count)
{
    for (int32_t i = 0; i < count / TCM_COPY_AT_ONCE; i++) {
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < TCM_COPY_AT_ONCE; k += 4) {
            tcm_copy_word(target + k, source + k);
        }
        target += TCM_COPY_AT_ONCE;
        source += TCM_COPY_AT_ONCE;
    }
    for (int32_t i = 0; i < count % TCM_COPY_AT_ONCE / 4; i++) {
        tcm_copy_word(target, source);
        target += 4;
        source += 4;
    }
    for (int32_t i = 0; i < count % 4; i++) {
        *target++ = *source++;
    }
    return target;
}

/* Fills ``count`` bytes with a value and returns their end. */
TCM_KERNEL int8_t *tcm_fill(int8_t *target, int32_t value, int32_t count)
{
    const int8_t byte = (int8_t)value;
    const int8_t bytes[4] = {byte, byte, byte, byte};
    for (int32_t i = 0; i < count / TCM_COPY_AT_ONCE; i++) {
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < TCM_COPY_AT_ONCE; k += 4) {
            tcm_copy_word(target + k, bytes);
        }
        target += TCM_COPY_AT_ONCE;
    }
    for (int32_t i = 0; i < count % TCM_COPY_AT_ONCE / 4; i++) {
        tcm_copy_word(target, bytes);
        target += 4;
    }
    for (int32_t i = 0; i < count % 4; i++) {
        *target++ = byte;
    }
    return target;
}

#endif
