/* Quantized PReLU with broadcasting for MVE: int8, four elements at a time; slopes shift right by 1 or more.
 *
 * Subtracting 1 from what is negative before the rounding shift makes its ties round away from zero. */
#ifndef PRELU_S8__ROWS_MVE_H
#define PRELU_S8__ROWS_MVE_H

#include "tcm_broadcast.h"

/* Up to four elements: q2 for those that are negative, q3 for others. */
#define PRELU_S8_ROWS_MVE_STEP                                                                                        \
    "vldrb.s32 q0, [%[a]], #4\n"                                                                                      \
    ".if %c[both]\n vldrb.s32 q1, [%[b]], #4\n vadd.i32 q1, q1, %[b_offset]\n.endif\n"                              \
    "vadd.i32 q0, q0, %[a_offset]\n"                                                                                  \
    "vmul.i32 q2, q0, q1\n"                                                                                           \
    ".if %c[shift] > 0\n vshl.i32 q3, q0, #%c[shift]\n vqrdmulh.s32 q3, q3, %[multiplier]\n"                         \
    ".else\n vqrdmulh.s32 q3, q0, %[multiplier]\n.endif\n"                                                          \
    "vshr.s32 q4, q2, #31\n"                                                                                          \
    "vqrdmulh.s32 q2, q2, %[slope_multiplier]\n"                                                                      \
    ".if %c[shift] < 0\n vrshr.s32 q3, q3, #-%c[shift]\n.endif\n"                                                   \
    "vadd.i32 q2, q2, q4\n"                                                                                           \
    "vrshr.s32 q2, q2, #-%c[slope_shift]\n"                                                                           \
    "vcmp.s32 ge, q0, zr\n"                                                                                           \
    "vpsel q2, q3, q2\n"                                                                                              \
    "vadd.i32 q2, q2, %[output_offset]\n"                                                                             \
    "vqmovnb.s32 q2, q2\n"                                                                                            \
    "vqmovnb.s16 q2, q2\n"                                                                                            \
    ".if %c[low] > -128\n vmax.s8 q2, q2, q6\n.endif\n"                                                             \
    ".if %c[high] < 127\n vmin.s8 q2, q2, q7\n.endif\n"                                                             \
    "vstrb.32 q2, [%[output]], #4\n"

/* A row of ``elements``; ``both`` says whether b is a row, too, instead of one element. */
TCM_KERNEL void prelu_s8__rows_mve_row(const int8_t *a, const int8_t *b, int8_t *output, int32_t elements, int32_t both,
                                       int32_t a_offset, int32_t b_offset, int32_t output_offset, int32_t multiplier,
                                       int32_t shift, int32_t slope_multiplier, int32_t slope_shift,
                                       int32_t activation_min, int32_t activation_max)
{
    int32_t predicate;
    __asm__ volatile("vmrs %[predicate], p0\n"
                     "vmov.i8 q6, #(%c[low] & 255)\n"
                     "vmov.i8 q7, #(%c[high] & 255)\n"
                     "vdup.32 q1, %[b_offset]\n"
                     "wlstp.32 lr, %[elements], 2f\n"
                     "1:\n" PRELU_S8_ROWS_MVE_STEP "letp lr, 1b\n"
                     "2:\n"
                     "vmsr p0, %[predicate]\n"
                     : [a] "+&l"(a), [b] "+&l"(b), [output] "+&l"(output), [predicate] "=&r"(predicate)
                     : [elements] "r"(elements), [a_offset] "r"(a_offset),
                       [b_offset] "r"(both ? b_offset : *b + b_offset), [multiplier] "r"(multiplier),
                       [slope_multiplier] "r"(slope_multiplier), [output_offset] "r"(output_offset), [both] "i"(both),
                       [shift] "i"(shift), [slope_shift] "i"(slope_shift), [low] "i"(activation_min),
                       [high] "i"(activation_max)
                     : "lr", "q0", "q1", "q2", "q3", "q4", "q6", "q7", "cc", "memory");
}

/* The innermost stride of the input is 1, that of the slopes 0 or 1. */
TCM_KERNEL void prelu_s8__rows_mve(const int8_t *input, const int8_t *other, int8_t *output, TCM_BROADCAST_PARAMETERS,
                                   int32_t input_offset, int32_t other_offset, int32_t output_offset,
                                   int32_t multiplier, int32_t shift, int32_t slope_multiplier, int32_t slope_shift,
                                   int32_t activation_min, int32_t activation_max)
{
    (void)input_stride_5;
    TCM_FOR_EACH_RUN(a, b)
    {
        prelu_s8__rows_mve_row(input + a, other + b, output, size_5, other_stride_5, input_offset, other_offset,
                               output_offset, multiplier, shift, slope_multiplier, slope_shift, activation_min,
                               activation_max);
    }
}

#endif
