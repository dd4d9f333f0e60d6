/* A kernel library that is not CMSIS-NN: one function always fails, one asks for an odd amount of scratch memory. */
#include "arm_nnfunctions.h"

arm_cmsis_nn_status arm_max_pool_s8(const cmsis_nn_context *ctx, const cmsis_nn_pool_params *params,
                                    const cmsis_nn_dims *input_dims, const int8_t *input,
                                    const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims,
                                    int8_t *output)
{
    (void)ctx, (void)params, (void)input_dims, (void)input, (void)filter_dims, (void)output_dims, (void)output;
    return ARM_CMSIS_NN_ARG_ERROR;
}

int32_t arm_avgpool_s8_get_buffer_size(const int columns, const int channels)
{
    return 1000 * columns + channels;
}

/* Fills all the scratch memory that it asked for, then counts. */
arm_cmsis_nn_status arm_avgpool_s8(const cmsis_nn_context *ctx, const cmsis_nn_pool_params *params,
                                   const cmsis_nn_dims *input_dims, const int8_t *input,
                                   const cmsis_nn_dims *filter_dims, const cmsis_nn_dims *output_dims, int8_t *output)
{
    (void)params, (void)input_dims, (void)input, (void)filter_dims;
    uint8_t *scratch = (uint8_t *)ctx->buf;
    for (int i = 0; i < 1000 * output_dims->w + output_dims->c; i++) {
        scratch[i] = 0x55;
    }
    for (int i = 0; i < output_dims->h * output_dims->w * output_dims->c; i++) {
        output[i] = (int8_t)i;
    }
    return ARM_CMSIS_NN_SUCCESS;
}
