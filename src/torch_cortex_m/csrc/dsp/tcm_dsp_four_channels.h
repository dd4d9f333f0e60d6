/* Products of four channels of which two taps are read at a time, for cores with the DSP extension. */
#ifndef TCM_DSP_FOUR_CHANNELS_H
#define TCM_DSP_FOUR_CHANNELS_H

#include "tcm_dsp.h"

/* Adds two taps of each of four channels: first and second are their inputs, taps the four pairs of weights. */
TCM_KERNEL void tcm_dsp_add_four_channels(int32_t sums[4], uint32_t first, uint32_t second, const int32_t *taps)
{
    const uint32_t low = tcm_pack_low(first, second);
    const uint32_t high = tcm_pack_high(first, second);
    sums[0] = tcm_smlad(tcm_sxtb16(low), taps[0], sums[0]);
    sums[1] = tcm_smlad(tcm_sxtb16_odd(low), taps[1], sums[1]);
    sums[2] = tcm_smlad(tcm_sxtb16(high), taps[2], sums[2]);
    sums[3] = tcm_smlad(tcm_sxtb16_odd(high), taps[3], sums[3]);
}

#endif
