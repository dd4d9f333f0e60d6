/* Rows of a value in a window that is shorter than the value. */
#ifndef TCM_ROWS_H
#define TCM_ROWS_H

#include "tcm_move.h"

enum { TCM_ROWS_MANY = 128 }; /* bytes, from which a call that moves many at a time is faster */

TCM_KERNEL int32_t tcm_rows_least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

TCM_KERNEL int32_t tcm_rows_most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

/* Moves rows to the start of their window: by many registers at a time where that is faster. */
TCM_KERNEL void tcm_rows_move(uint8_t *window, const uint8_t *first, int32_t bytes)
{
#if defined(TCM_MOVES_WORDS)
    if (bytes >= TCM_ROWS_MANY) {
        tcm_move_words((int8_t *)window, (const int8_t *)first, (uint32_t)bytes);
        return;
    }
#endif
    (void)tcm_copy((int8_t *)window, (const int8_t *)first, bytes);
}

/* Where the next `count` rows go. The window holds those from `begin` to `end`; where there is no
   room for more, those before `needed` leave it. */
TCM_KERNEL void *tcm_rows_next(
    uint8_t *window, int32_t *begin, int32_t end, int32_t count, int32_t needed, int32_t rows, int32_t row_bytes)
{
    if (end + count - *begin > rows) {
        const int32_t first = tcm_rows_least(needed, end);
        tcm_rows_move(window, window + (first - *begin) * row_bytes, (end - first) * row_bytes);
        *begin = first;
    }
    return window + (end - *begin) * row_bytes;
}

#endif
