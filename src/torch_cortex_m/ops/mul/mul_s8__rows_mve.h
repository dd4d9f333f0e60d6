/* Quantized multiplication for MVE: int8, eight elements at a time; right shifts of 1 to 16.
 *
 * Subtracting 1 from what is negative before the rounding shift makes its ties round away from zero. */
#ifndef MUL_S8__ROWS_MVE_H
#define MUL_S8__ROWS_MVE_H

#include "tcm_broadcast.h"

#define MUL_S8_ROWS_MVE_LIMIT                                                                                         \
    ".if %c[low] > -128\n vmax.s8 q2, q2, q6\n.endif\n"                                                              \
    ".if %c[high] < 127\n vmin.s8 q2, q2, q7\n.endif\n"

/* Eight elements, in two registers of products. */
#define MUL_S8_ROWS_MVE_EIGHT                                                                                         \
    "vldrb.s16 q0, [%[a]], #8\n"                                                                                      \
    ".if %c[both]\n vldrb.s16 q1, [%[b]], #8\n.endif\n"                                                              \
    "vadd.i16 q0, q0, %[a_offset]\n"                                                                                  \
    ".if %c[both]\n vadd.i16 q1, q1, %[b_offset]\n.endif\n"                                                          \
    "vmullb.s16 q2, q0, q1\n"                                                                                         \
    "vmullt.s16 q3, q0, q1\n"                                                                                         \
    "vshr.s32 q4, q2, #31\n"                                                                                          \
    "vshr.s32 q5, q3, #31\n"                                                                                          \
    "vqrdmlah.s32 q4, q2, %[multiplier]\n"                                                                            \
    "vqrdmlah.s32 q5, q3, %[multiplier]\n"                                                                            \
    "vqrshrnb.s32 q2, q4, %[right_shift]\n"                                                                           \
    "vqrshrnt.s32 q2, q5, %[right_shift]\n"                                                                           \
    "vqadd.s16 q2, q2, %[output_offset]\n"                                                                            \
    "vqmovnb.s16 q2, q2\n" MUL_S8_ROWS_MVE_LIMIT                                                                      \
    "vstrb.16 q2, [%[output]], #8\n"

/* Up to four elements: a predicate of 32-bit lanes. */
#define MUL_S8_ROWS_MVE_REST                                                                                          \
    "vldrb.s32 q0, [%[a]], #4\n"                                                                                      \
    ".if %c[both]\n vldrb.s32 q1, [%[b]], #4\n.endif\n"                                                              \
    "vadd.i32 q0, q0, %[a_offset]\n"                                                                                  \
    ".if %c[both]\n vadd.i32 q1, q1, %[b_offset]\n.endif\n"                                                          \
    "vmul.i32 q2, q0, q1\n"                                                                                           \
    "vshr.s32 q4, q2, #31\n"                                                                                          \
    "vqrdmlah.s32 q4, q2, %[multiplier]\n"                                                                            \
    "vqrshrnb.s32 q2, q4, %[right_shift]\n"                                                                           \
    "vqadd.s16 q2, q2, %[output_offset]\n"                                                                            \
    "vqmovnb.s16 q2, q2\n" MUL_S8_ROWS_MVE_LIMIT                                                                      \
    "vstrb.32 q2, [%[output]], #4\n"

/* A row of `elements`; `both` says whether b is a row, too, instead of one element. */
TCM_KERNEL void mul_s8__rows_mve_row(const int8_t *a, const int8_t *b, int8_t *output, int32_t elements, int32_t both,
                                     int32_t a_offset, int32_t b_offset, int32_t multiplier, int32_t right_shift,
                                     int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    __asm__ volatile("vmov.i8 q6, #(%c[low] & 255)\n"
                     "vmov.i8 q7, #(%c[high] & 255)\n"
                     "vdup.16 q1, %[b_offset]\n"
                     "wls lr, %[eights], 2f\n"
                     "1:\n" MUL_S8_ROWS_MVE_EIGHT
                     "le lr, 1b\n"
                     "2:\n"
                     "vdup.32 q1, %[b_offset]\n"
                     "wlstp.32 lr, %[rest], 4f\n"
                     "3:\n" MUL_S8_ROWS_MVE_REST "letp lr, 3b\n"
                     "4:\n"
                     : [a] "+&l"(a), [b] "+&l"(b), [output] "+&l"(output)
                     : [eights] "r"(elements / 8), [rest] "r"(elements % 8), [a_offset] "r"(a_offset),
                       [b_offset] "r"(both ? b_offset : *b + b_offset), [multiplier] "r"(multiplier),
                       [output_offset] "r"(output_offset), [both] "i"(both), [right_shift] "i"(right_shift),
                       [low] "i"(activation_min), [high] "i"(activation_max)
                     : "lr", "q0", "q1", "q2", "q3", "q4", "q5", "q6", "q7", "cc", "memory");
}

/* The innermost strides are 0 or 1. */
TCM_KERNEL void mul_s8__rows_mve(const int8_t *input, const int8_t *other, int8_t *output, TCM_BROADCAST_PARAMETERS,
                                 int32_t input_offset, int32_t other_offset, int32_t multiplier, int32_t right_shift,
                                 int32_t output_offset, int32_t activation_min, int32_t activation_max)
{
    TCM_FOR_EACH_RUN(a, b)
    {
        if (input_stride_5 == 0) {
            mul_s8__rows_mve_row(other + b, input + a, output, size_5, 0, other_offset, input_offset, multiplier,
                                 right_shift, output_offset, activation_min, activation_max);
        } else if (other_stride_5 == 0) {
            mul_s8__rows_mve_row(input + a, other + b, output, size_5, 0, input_offset, other_offset, multiplier,
                                 right_shift, output_offset, activation_min, activation_max);
        } else {
            mul_s8__rows_mve_row(input + a, other + b, output, size_5, 1, input_offset, other_offset, multiplier,
                                 right_shift, output_offset, activation_min, activation_max);
        }
    }
}

#endif
