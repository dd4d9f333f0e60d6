/* One of two bytes, as a truth value says, with broadcasting for cores with the DSP extension, four at a time. */
#ifndef WHERE_BYTES__WORDS_DSP_H
#define WHERE_BYTES__WORDS_DSP_H

#include "tcm_dsp.h"
#include "tcm_select.h"

/* Of four bytes those of a where the condition's are not 0, else those of b. */
TCM_KERNEL uint32_t where_bytes_word(uint32_t condition, uint32_t a, uint32_t b)
{
    uint32_t result;
    __asm__("uadd8 %0, %1, %2\n\tsel %0, %3, %4"
            : "=&r"(result)
            : "r"(condition), "r"(UINT32_C(0xffffffff)), "r"(a), "r"(b)
            : "cc");
    return result;
}

TCM_KERNEL void where_bytes_run(const int8_t *condition, const int8_t *a, int32_t a_stride, const int8_t *b,
                                 int32_t b_stride, int8_t *output, int32_t size)
{
    const uint32_t repeated_a = (uint8_t)*a * UINT32_C(0x01010101);
    const uint32_t repeated_b = (uint8_t)*b * UINT32_C(0x01010101);
    int32_t i = 0;
    for (; i + 4 <= size; i += 4) {
        const uint32_t first = a_stride != 0 ? tcm_load_word(a + i) : repeated_a;
        const uint32_t second = b_stride != 0 ? tcm_load_word(b + i) : repeated_b;
        tcm_store_bytes(output + i, where_bytes_word(tcm_load_word(condition + i), first, second), 4);
    }
    for (; i < size; i++) {
        const int8_t first = a_stride != 0 ? a[i] : (int8_t)repeated_a;
        const int8_t second = b_stride != 0 ? b[i] : (int8_t)repeated_b;
        output[i] = condition[i] != 0 ? first : second;
    }
}

TCM_KERNEL void where_bytes__words_dsp(const void *condition, const void *input, const void *other, void *output,
                                        TCM_SELECT_PARAMETERS)
{
    TCM_SELECT_BY(where_bytes_run)
}

#endif
