/* The mean over the middle dimension for MVE: eight neighbouring places at a time, or sixteen elements of a row. The last
 * dimension is 1, or 8 at least; right shifts, which may be 0, by a multiplier that is not negative. */
#ifndef MEAN_S8__LANES_MVE_H
#define MEAN_S8__LANES_MVE_H

#include <arm_mve.h>

#include "tcm.h"

enum { MEAN_S8_LANES = 8, MEAN_S8_ROWS = 255 }; /* So many int8 values add up within 16 bits. */

/* The sums of ``count`` rows of eight neighbours, ``step`` bytes apart, a literal. */
TCM_KERNEL int16x8_t mean_s8_sums(const int8_t *values, int32_t step, int32_t count)
{
    int16x8_t sums = vdupq_n_s16(0);
    int16x8_t row;
    __asm__ volatile("dls lr, %[count]\n"
                     "1:\n"
                     ".if %c[step] < 128\n"
                     "vldrb.s16 %q[row], [%[values]], #%c[step]\n"
                     ".else\n"
                     "vldrb.s16 %q[row], [%[values]]\n"
                     "add %[values], %[values], %[distance]\n"
                     ".endif\n"
                     "vadd.i16 %q[sums], %q[sums], %q[row]\n"
                     "le lr, 1b\n"
                     : [sums] "+&w"(sums), [row] "=&w"(row), [values] "+&l"(values)
                     : [count] "r"(count), [distance] "r"(step), [step] "i"(step)
                     : "lr", "memory");
    return sums;
}

/* The sum of ``count`` neighbours. */
TCM_KERNEL int32_t mean_s8_row_sum(const int8_t *values, int32_t count)
{
    int32_t sum = 0;
    __asm__ volatile("wlstp.8 lr, %[count], 2f\n"
                     "1:\n"
                     "vldrb.8 q0, [%[values]], #16\n"
                     "vaddva.s8 %[sum], q0\n"
                     "letp lr, 1b\n"
                     "2:\n"
                     : [sum] "+&Te"(sum), [values] "+&l"(values)
                     : [count] "r"(count)
                     : "lr", "q0", "cc", "memory");
    return sum;
}

/* tcm_requantize of four sums. */
TCM_KERNEL int32x4_t mean_s8_scaled(int32x4_t sums, int32_t multiplier, int32_t shift)
{
    const int32x4_t products = vqrdmulhq_n_s32(sums, multiplier);
    if (shift == 0) {
        return products;
    }
    /* 1 less for what is negative makes its ties round away from zero. */
    return vrshlq_n_s32(vaddq_s32(products, vshrq_n_s32(products, 31)), shift);
}

TCM_KERNEL void mean_s8__lanes_mve(const int8_t *input, int8_t *output, int32_t outer, int32_t count, int32_t inner,
                                   int32_t input_offset, int32_t multiplier, int32_t shift, int32_t output_offset,
                                   int32_t activation_min, int32_t activation_max)
{
    const int32_t offset = count * input_offset;
    for (int32_t i = 0; i < outer; i++) {
        for (int32_t next = 0; next < inner; next += MEAN_S8_LANES) {
            if (inner == 1) {
                *output = tcm_requantize_s8(mean_s8_row_sum(input, count) + offset, multiplier, shift, output_offset,
                                            activation_min, activation_max);
                continue;
            }
            /* The last block may overlap the one before it. */
            const int32_t start = next + MEAN_S8_LANES <= inner ? next : inner - MEAN_S8_LANES;
            int32x4_t even = vdupq_n_s32(offset);
            int32x4_t odd = even;
            for (int32_t row = 0; row < count; row += MEAN_S8_ROWS) {
                const int32_t rows = count - row < MEAN_S8_ROWS ? count - row : MEAN_S8_ROWS;
                const int16x8_t sums = mean_s8_sums(input + row * inner + start, inner, rows);
                even = vaddq_s32(even, vmovlbq_s16(sums));
                odd = vaddq_s32(odd, vmovltq_s16(sums));
            }
            even = vaddq_n_s32(mean_s8_scaled(even, multiplier, shift), output_offset);
            odd = vaddq_n_s32(mean_s8_scaled(odd, multiplier, shift), output_offset);
            int16x8_t means = vqmovntq_s32(vqmovnbq_s32(vdupq_n_s16(0), even), odd);
            means = vminq_s16(vmaxq_s16(means, vdupq_n_s16((int16_t)activation_min)),
                              vdupq_n_s16((int16_t)activation_max));
            vstrbq_s16(output + start, means);
        }
        input += count * inner;
        output += inner;
    }
}

#endif
