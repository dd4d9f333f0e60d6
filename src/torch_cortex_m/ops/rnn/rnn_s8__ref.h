/* Plain recurrent units on int8, portable reference. */
#ifndef RNN_S8__REF_H
#define RNN_S8__REF_H

#include "tcm_gates.h"

/* Rows of input and output lie batch_stride and step_stride rows apart. The hidden values before a step are the row of
 * the output before it. */
TCM_KERNEL void rnn_s8__ref(const int8_t *input, const int8_t *initial_hidden, const int8_t *input_weight,
                            const int8_t *recurrent_weight, const int32_t *bias, const int32_t *input_multipliers,
                            const int32_t *input_shifts, const int32_t *recurrent_multipliers,
                            const int32_t *recurrent_shifts, const int16_t *sigmoid_table, int8_t *output,
                            int32_t batches, int32_t steps, int32_t batch_stride, int32_t step_stride,
                            int32_t input_size, int32_t hidden_size, int32_t input_offset, int32_t hidden_zero_point,
                            int32_t hidden_multiplier, int32_t hidden_shift, int32_t relu)
{
    for (int32_t batch = 0; batch < batches; batch++) {
        const int8_t *before = initial_hidden + batch * hidden_size;
        for (int32_t step = 0; step < steps; step++) {
            const int32_t row = batch * batch_stride + step * step_stride;
            const int8_t *const values = input + row * input_size;
            int8_t *const result = output + row * hidden_size;
            for (int32_t unit = 0; unit < hidden_size; unit++) {
                const int32_t given = tcm_gate_sum(values, input_weight + unit * input_size, input_size, input_offset,
                                                   bias[unit], input_multipliers[0], input_shifts[0]);
                const int32_t recurrent =
                    tcm_gate_sum(before, recurrent_weight + unit * hidden_size, hidden_size, -hidden_zero_point, 0,
                                 recurrent_multipliers[0], recurrent_shifts[0]);
                const int32_t sum = tcm_saturate_s16(given + recurrent);
                const int32_t active = relu ? (sum < 0 ? 0 : sum) : tcm_tanh_s16(sum, 3, 0, sigmoid_table);
                result[unit] =
                    tcm_requantize_s8(active, hidden_multiplier, hidden_shift, hidden_zero_point, -128, 127);
            }
            before = result;
        }
    }
}

#endif
