/* Maximum pooling by CMSIS-NN, image by image (its first versions know only one): NHWC int8. */
#ifndef MAX_POOL2D_S8__CMSIS_NN_H
#define MAX_POOL2D_S8__CMSIS_NN_H

#include "tcm_cmsis_nn.h"

TCM_KERNEL int32_t max_pool2d_s8__cmsis_nn(const int8_t *input, int8_t *output, int32_t batches,
                                           int32_t input_height, int32_t input_width, int32_t input_channels,
                                           int32_t output_height, int32_t output_width, int32_t kernel_height,
                                           int32_t kernel_width, int32_t stride_height, int32_t stride_width,
                                           int32_t padding_top, int32_t padding_left, int32_t activation_min,
                                           int32_t activation_max)
{
    const cmsis_nn_context context = tcm_cmsis_nn_context(NULL);
    const cmsis_nn_pool_params params = {
        .stride = tcm_cmsis_nn_tile(stride_height, stride_width),
        .padding = tcm_cmsis_nn_tile(padding_top, padding_left),
        .activation = tcm_cmsis_nn_activation(activation_min, activation_max),
    };
    const cmsis_nn_dims input_dims = tcm_cmsis_nn_dims(1, input_height, input_width, input_channels);
    const cmsis_nn_dims filter_dims = tcm_cmsis_nn_dims(1, kernel_height, kernel_width, 1);
    const cmsis_nn_dims output_dims = tcm_cmsis_nn_dims(1, output_height, output_width, input_channels);
    for (int32_t batch = 0; batch < batches; batch++) {
        const arm_cmsis_nn_status status =
            arm_max_pool_s8(&context, &params, &input_dims, input, &filter_dims, &output_dims, output);
        if (status != ARM_CMSIS_NN_SUCCESS) {
            return (int32_t)status;
        }
        input += input_height * input_width * input_channels;
        output += output_height * output_width * input_channels;
    }
    return 0;
}

#endif
