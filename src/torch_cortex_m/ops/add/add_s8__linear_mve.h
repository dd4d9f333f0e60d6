/* Quantized addition for MVE as a linear form of the operands: input_factor * a + other_factor * b + addend, shifted
 * right twice with rounding and limited to int8. ops/add/kernels_mve.py has checked that for every pair of operands. */
#ifndef ADD_S8__LINEAR_MVE_H
#define ADD_S8__LINEAR_MVE_H

#include "tcm.h"

/* Four elements: a and its product, b and its product, the two shifts and the limits, the output. The shifts round
 * because GNU as gives those that do not the same code. */
#define ADD_S8_LINEAR_MVE_LOAD(v) "vldrb.s32 " v ", [%[a]], #4\n"
#define ADD_S8_LINEAR_MVE_MULTIPLY(v) "vmlas.s32 " v ", q2, %[addend]\n"
#define ADD_S8_LINEAR_MVE_LOAD_OTHER ".if %c[both]\n vldrb.s32 q1, [%[b]], #4\n.endif\n"
#define ADD_S8_LINEAR_MVE_ADD_OTHER(v) ".if %c[both]\n vmla.s32 " v ", q1, %[b_factor]\n.endif\n"
#define ADD_S8_LINEAR_MVE_SHIFT(v) "vqrshrnb.s32 " v ", " v ", %[first_shift]\n"
#define ADD_S8_LINEAR_MVE_LIMIT(v)                                                                                    \
    "vqrshrnb.s16 " v ", " v ", %[second_shift]\n"                                                                    \
    ".if %c[low] > -128\n vmax.s8 " v ", " v ", q3\n.endif\n"                                                         \
    ".if %c[high] < 127\n vmin.s8 " v ", " v ", q4\n.endif\n"
#define ADD_S8_LINEAR_MVE_STORE(v) "vstrb.32 " v ", [%[output]], #4\n"

#define ADD_S8_LINEAR_MVE_STEP                                                                                        \
    ADD_S8_LINEAR_MVE_LOAD("q0") ADD_S8_LINEAR_MVE_MULTIPLY("q0") ADD_S8_LINEAR_MVE_LOAD_OTHER                        \
    ADD_S8_LINEAR_MVE_ADD_OTHER("q0") ADD_S8_LINEAR_MVE_SHIFT("q0") ADD_S8_LINEAR_MVE_LIMIT("q0")                     \
    ADD_S8_LINEAR_MVE_STORE("q0")

/* Sixteen elements, of which four begin while others are still being computed. */
#define ADD_S8_LINEAR_MVE_STEPS                                                                                       \
    ADD_S8_LINEAR_MVE_LOAD("q0") ADD_S8_LINEAR_MVE_LOAD_OTHER ADD_S8_LINEAR_MVE_MULTIPLY("q0")                        \
    ADD_S8_LINEAR_MVE_LOAD("q5") ADD_S8_LINEAR_MVE_ADD_OTHER("q0")                                                    \
    ADD_S8_LINEAR_MVE_LOAD_OTHER ADD_S8_LINEAR_MVE_SHIFT("q0") ADD_S8_LINEAR_MVE_MULTIPLY("q5")                       \
    ADD_S8_LINEAR_MVE_LOAD("q6") ADD_S8_LINEAR_MVE_ADD_OTHER("q5") ADD_S8_LINEAR_MVE_LIMIT("q0")                      \
    ADD_S8_LINEAR_MVE_LOAD_OTHER ADD_S8_LINEAR_MVE_SHIFT("q5") ADD_S8_LINEAR_MVE_MULTIPLY("q6")                       \
    ADD_S8_LINEAR_MVE_LOAD("q7") ADD_S8_LINEAR_MVE_ADD_OTHER("q6")                                                    \
    ADD_S8_LINEAR_MVE_STORE("q0") ADD_S8_LINEAR_MVE_LIMIT("q5")                                                       \
    ADD_S8_LINEAR_MVE_LOAD_OTHER ADD_S8_LINEAR_MVE_SHIFT("q6") ADD_S8_LINEAR_MVE_MULTIPLY("q7")                       \
    ADD_S8_LINEAR_MVE_STORE("q5") ADD_S8_LINEAR_MVE_ADD_OTHER("q7") ADD_S8_LINEAR_MVE_LIMIT("q6")                     \
    ADD_S8_LINEAR_MVE_SHIFT("q7") ADD_S8_LINEAR_MVE_STORE("q6")                                                       \
    ADD_S8_LINEAR_MVE_LIMIT("q7") ADD_S8_LINEAR_MVE_STORE("q7")

/* A row of `elements`; `both` says whether b is a row, too, instead of being a part of the addend. */
TCM_KERNEL void add_s8__linear_mve_row(const int8_t *a, const int8_t *b, int8_t *output, int32_t elements,
                                       int32_t both, int32_t a_factor, int32_t b_factor, int32_t addend,
                                       int32_t first_shift, int32_t second_shift, int32_t activation_min,
                                       int32_t activation_max)
{
    __asm__ volatile("vdup.32 q2, %[a_factor]\n"
                     "vdup.8 q3, %[minimum]\n"
                     "vdup.8 q4, %[maximum]\n"
                     "wls lr, %[vectors], 2f\n"
                     "1:\n"
                     ADD_S8_LINEAR_MVE_STEPS
                     "le lr, 1b\n"
                     "2:\n"
                     "wlstp.32 lr, %[rest], 4f\n"
                     "3:\n" ADD_S8_LINEAR_MVE_STEP "letp lr, 3b\n"
                     "4:\n"
                     : [a] "+&l"(a), [b] "+&l"(b), [output] "+&l"(output)
                     : [vectors] "r"(elements / 16), [rest] "r"(elements % 16), [a_factor] "r"(a_factor),
                       [b_factor] "r"(b_factor), [addend] "r"(addend), [minimum] "r"(activation_min),
                       [maximum] "r"(activation_max), [both] "i"(both), [first_shift] "i"(first_shift),
                       [second_shift] "i"(second_shift), [low] "i"(activation_min),
                       [high] "i"(activation_max)
                     : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory");
}

/* The innermost strides are 1, or 0 for one of the operands. */
TCM_KERNEL void add_s8__linear_mve(const int8_t *input, const int8_t *other, int8_t *output, int32_t size_0,
                                   int32_t size_1, int32_t size_2, int32_t size_3, int32_t size_4, int32_t size_5,
                                   int32_t input_stride_0, int32_t input_stride_1, int32_t input_stride_2,
                                   int32_t input_stride_3, int32_t input_stride_4, int32_t input_stride_5,
                                   int32_t other_stride_0, int32_t other_stride_1, int32_t other_stride_2,
                                   int32_t other_stride_3, int32_t other_stride_4, int32_t other_stride_5,
                                   int32_t input_factor, int32_t other_factor, int32_t addend, int32_t first_shift,
                                   int32_t second_shift, int32_t activation_min, int32_t activation_max)
{
    for (int32_t i0 = 0; i0 < size_0; i0++) {
        for (int32_t i1 = 0; i1 < size_1; i1++) {
            for (int32_t i2 = 0; i2 < size_2; i2++) {
                for (int32_t i3 = 0; i3 < size_3; i3++) {
                    for (int32_t i4 = 0; i4 < size_4; i4++, output += size_5) {
                        const int8_t *a = input + i0 * input_stride_0 + i1 * input_stride_1 + i2 * input_stride_2 +
                                          i3 * input_stride_3 + i4 * input_stride_4;
                        const int8_t *b = other + i0 * other_stride_0 + i1 * other_stride_1 + i2 * other_stride_2 +
                                          i3 * other_stride_3 + i4 * other_stride_4;
                        if (input_stride_5 == 0) {
                            add_s8__linear_mve_row(b, b, output, size_5, 0, other_factor, 0,
                                                   addend + input_factor * *a, first_shift, second_shift,
                                                   activation_min, activation_max);
                        } else if (other_stride_5 == 0) {
                            add_s8__linear_mve_row(a, a, output, size_5, 0, input_factor, 0,
                                                   addend + other_factor * *b, first_shift, second_shift,
                                                   activation_min, activation_max);
                        } else {
                            add_s8__linear_mve_row(a, b, output, size_5, 1, input_factor, other_factor, addend,
                                                   first_shift, second_shift, activation_min, activation_max);
                        }
                    }
                }
            }
        }
    }
}

#endif
