/* int32 values divided by one number, on MVE: times its reciprocal. */
#ifndef QUOTIENT_S32__RECIPROCAL_MVE_H
#define QUOTIENT_S32__RECIPROCAL_MVE_H

#include <arm_mve.h>

#include "tcm.h"

/* What is beyond limit is beyond int8 as well. The reciprocal has 30 + shift bits; kernels_mve.py says why that is
 * exact. */
TCM_KERNEL void quotient_s32__reciprocal_mve(const int32_t *input, int8_t *output, int32_t elements, int32_t divisor,
                                             int32_t ties_up, int32_t limit, int32_t reciprocal, int32_t shift,
                                             int32_t activation_min, int32_t activation_max)
{
    const int32_t half = divisor / 2;
    const int32_t less_below = ties_up ? 2 * half + 1 - divisor : 0;
    for (int32_t i = 0; i < elements; i += 4) {
        const mve_pred16_t some = vctp32q((uint32_t)(elements - i));
        const int32x4_t value = vldrwq_z_s32(input + i, some);
        const int32x4_t sign = vshrq_n_s32(value, 31);
        const uint32x4_t magnitude = vminq_u32(vreinterpretq_u32_s32(vabsq_s32(value)), vdupq_n_u32((uint32_t)limit));
        int32x4_t quotient = vaddq_n_s32(vreinterpretq_s32_u32(magnitude), half);
        if (less_below != 0) {
            quotient = vsubq_s32(quotient, vandq_s32(sign, vdupq_n_s32(less_below)));
        }
        if (divisor > 1) {
            quotient = vshlq_r_s32(vqdmulhq_n_s32(quotient, reciprocal), 1 - shift);
        }
        const int32x4_t result = vsubq_s32(veorq_s32(quotient, sign), sign);
        const int32x4_t low = vmaxq_s32(result, vdupq_n_s32(activation_min));
        vstrbq_p_s32(output + i, vminq_s32(low, vdupq_n_s32(activation_max)), some);
    }
}

#endif
