/* Copies and fills bytes: by vectors with MVE, and by words where a core loads and stores them at any address. */
#ifndef TCM_COPY_H
#define TCM_COPY_H

#include "tcm_scalar.h"

#if defined(__ARM_FEATURE_UNALIGNED)
enum { TCM_COPY_AT_ONCE = 64 };
#else
enum { TCM_COPY_AT_ONCE = 16 };
#endif
enum { TCM_FILL_AT_ONCE = 16 };

#if defined(__ARM_FEATURE_MVE) && defined(__GNUC__)
#define TCM_COPIES_VECTORS
#include <arm_mve.h>

/* Copies any number of bytes to other ones, or to some before them. */
TCM_KERNEL void tcm_mve_copy(int8_t *to, const int8_t *from, int32_t bytes)
{
    __asm__ volatile("wlstp.8 lr, %2, 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%1], #16\n"
                     "vstrb.8 q0, [%0], #16\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : "+&r"(to), "+&r"(from)
                     : "r"(bytes)
                     : "lr", "q0", "cc", "memory");
}

/* Sets any number of bytes. */
TCM_KERNEL void tcm_mve_fill(int8_t *to, int32_t value, int32_t bytes)
{
    __asm__ volatile("vdup.8 q0, %2\n"
                     "wlstp.8 lr, %1, 2f\n"
                     "1:\n"
                     "vstrb.8 q0, [%0], #16\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : "+&r"(to)
                     : "r"(bytes), "r"(value)
                     : "lr", "q0", "cc", "memory");
}

/* Whether a count is a literal of some whole vectors, which need no loop. */
TCM_KERNEL int32_t tcm_is_few_vectors(int32_t count)
{
    return __builtin_constant_p(count) && count % 16 == 0 && count <= 64;
}

/* Whether a count is a literal that a few words are faster for. */
TCM_KERNEL int32_t tcm_is_few_words(int32_t count)
{
    return __builtin_constant_p(count) && count <= 12 && count % 4 + count / 4 <= 3;
}

#endif

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
#if defined(TCM_COPIES_VECTORS)
    if (tcm_is_few_vectors(count)) {
        TCM_UNROLL_SCALAR
        for (int32_t i = 0; i < count; i += 16) {
            vst1q_s8(target + i, vld1q_s8(source + i));
        }
        return target + count;
    }
    if (!tcm_is_few_words(count)) {
        tcm_mve_copy(target, source, count);
        return target + count;
    }
#endif
    for (int32_t i = 0; i < count / TCM_COPY_AT_ONCE; i++) {
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < TCM_COPY_AT_ONCE; k += 4) {
            tcm_copy_word(target + k, source + k);
        }
        target += TCM_COPY_AT_ONCE;
        source += TCM_COPY_AT_ONCE;
    }
    TCM_UNROLL_SCALAR
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
#if defined(TCM_COPIES_VECTORS)
    if (!tcm_is_few_words(count)) {
        tcm_mve_fill(target, value, count);
        return target + count;
    }
#endif
    const int8_t byte = (int8_t)value;
    const int8_t bytes[4] = {byte, byte, byte, byte};
    for (int32_t i = 0; i < count / TCM_FILL_AT_ONCE; i++) {
        TCM_UNROLL_SCALAR
        for (int32_t k = 0; k < TCM_FILL_AT_ONCE; k += 4) {
            tcm_copy_word(target + k, bytes);
        }
        target += TCM_FILL_AT_ONCE;
    }
    for (int32_t i = 0; i < count % TCM_FILL_AT_ONCE / 4; i++) {
        tcm_copy_word(target, bytes);
        target += 4;
    }
#if defined(__ARM_FEATURE_UNALIGNED)
    if (count % 4 != 0 && count > 4) {
        tcm_copy_word(target + count % 4 - 4, bytes);
        return target + count % 4;
    }
#endif
    for (int32_t i = 0; i < count % 4; i++) {
        *target++ = byte;
    }
    return target;
}

#endif
