/* Quantized fully connected layer, portable reference: int8, weights [output_features, input_features]. */
#ifndef LINEAR_S8__REF_H
#define LINEAR_S8__REF_H

#include "tcm.h"

TCM_KERNEL void linear_s8__ref(const int8_t *input, const int8_t *weight, const int32_t *bias,
                               const int32_t *multipliers, const int32_t *shifts, int8_t *output, int32_t rows,
                               int32_t input_features, int32_t output_features, int32_t input_offset,
                               int32_t weight_offset, int32_t output_offset, int32_t activation_min,
                               int32_t activation_max)
{
    for (int32_t row = 0; row < rows; row++) {
        const int8_t *values = input + row * input_features;
        for (int32_t feature = 0; feature < output_features; feature++) {
            const int8_t *taps = weight + feature * input_features;
            int32_t sum = bias != NULL ? bias[feature] : 0;
            for (int32_t i = 0; i < input_features; i++) {
                sum += (values[i] + input_offset) * (taps[i] + weight_offset);
            }
            *output++ = tcm_requantize_s8(sum, multipliers[feature], shifts[feature], output_offset, activation_min,
                                          activation_max);
        }
    }
}

#endif
