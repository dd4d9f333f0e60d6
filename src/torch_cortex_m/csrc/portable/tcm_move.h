/* Moves bytes to some before them, where both may share bytes: what is left of a window, to its start. */
#ifndef TCM_MOVE_H
#define TCM_MOVE_H

#include <string.h>

#include "tcm_copy.h"

#if defined(__ARM_FEATURE_UNALIGNED) && defined(__GNUC__) && !defined(TCM_COPIES_VECTORS)
#define TCM_MOVES_WORDS

/* Blocks of bytes by the registers that they fill, which compilers would not do: they load many words before they store
 * one, and run out of registers. r9 is left to firmware that reserves it. */
#define TCM_MOVE_BLOCKS(load_and_store, at_once, turns)                                                               \
    if (turns > 0) {                                                                                                  \
        __asm__ volatile("1:\n\t"                                                                                     \
                         ".rept " at_once "\n\t" load_and_store ".endr\n\t"                                           \
                         "subs %2, %2, #1\n\t"                                                                       \
                         "bne 1b"                                                                                     \
                         : "+r"(target), "+r"(source), "+r"(turns)                                                    \
                         :                                                                                            \
                         : "r3", "r4", "r5", "r6", "r8", "r10", "r12", "lr", "cc", "memory");                         \
    }

#define TCM_MOVE_EIGHT_WORDS                            \
    "ldm %1!, {r3, r4, r5, r6, r8, r10, r12, lr}\n\t"   \
    "stm %0!, {r3, r4, r5, r6, r8, r10, r12, lr}\n\t"

#define TCM_MOVE_FOUR_WORDS                                                                      \
    "ldr r3, [%1], #4\n\t ldr r4, [%1], #4\n\t ldr r5, [%1], #4\n\t ldr r6, [%1], #4\n\t"       \
    "str r3, [%0], #4\n\t str r4, [%0], #4\n\t str r5, [%0], #4\n\t str r6, [%0], #4\n\t"

/* By eight words at a time where both addresses are multiples of four, and else by four. */
__attribute__((noinline, unused)) static void tcm_move_words(int8_t *target, const int8_t *source, uint32_t count)
{
    const uint32_t is_aligned = ((uintptr_t)target | (uintptr_t)source) % 4 == 0;
    if (is_aligned) {
        uint32_t turns = count / 128;
        uint32_t rest = count % 128 / 32;
        TCM_MOVE_BLOCKS(TCM_MOVE_EIGHT_WORDS, "4", turns)
        TCM_MOVE_BLOCKS(TCM_MOVE_EIGHT_WORDS, "1", rest)
        count %= 32;
    } else {
        uint32_t turns = count / 32;
        TCM_MOVE_BLOCKS(TCM_MOVE_FOUR_WORDS, "2", turns)
        count %= 32;
    }
    (void)tcm_copy(target, source, (int32_t)count);
}
#endif

TCM_KERNEL void tcm_move(void *target, const void *source, int32_t count)
{
#if defined(TCM_MOVES_WORDS)
    tcm_move_words(target, source, (uint32_t)count);
#elif defined(TCM_COPIES_VECTORS)
    (void)tcm_copy(target, source, count);
#else
    memmove(target, source, (size_t)count);
#endif
}

#endif
