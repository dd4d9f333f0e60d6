/* Moves bytes to some before them, where both may share bytes: what is left of a window, to its start. */
#ifndef TCM_MOVE_H
#define TCM_MOVE_H

#include <string.h>

#include "tcm_copy.h"

#if defined(__ARM_FEATURE_UNALIGNED) && defined(__GNUC__) && !defined(TCM_COPIES_VECTORS)
#define TCM_MOVES_WORDS

/* Copies blocks of eight words, at addresses of words, and then bytes. */
__attribute__((noinline, unused)) static void tcm_move_blocks(int8_t *target, const int8_t *source, int32_t count)
{
    int32_t blocks = count / 32;
    if (blocks > 0) {
        __asm__ volatile("1:\n\t"
                         "ldm %1!, {r3, r4, r5, r6, r8, r10, r12, lr}\n\t"
                         "stm %0!, {r3, r4, r5, r6, r8, r10, r12, lr}\n\t"
                         "subs %2, %2, #1\n\t"
                         "bne 1b"
                         : "+r"(target), "+r"(source), "+r"(blocks)
                         :
                         : "r3", "r4", "r5", "r6", "r8", "r10", "r12", "lr", "cc", "memory");
    }
    (void)tcm_copy(target, source, count % 32);
}
#endif

TCM_KERNEL void tcm_move(void *target, const void *source, int32_t count)
{
#if defined(TCM_MOVES_WORDS)
    if (((uintptr_t)target | (uintptr_t)source) % 4 == 0) {
        tcm_move_blocks(target, source, count);
    } else {
        (void)tcm_copy(target, source, count);
    }
#elif defined(TCM_COPIES_VECTORS)
    (void)tcm_copy(target, source, count);
#else
    memmove(target, source, (size_t)count);
#endif
}

#endif
