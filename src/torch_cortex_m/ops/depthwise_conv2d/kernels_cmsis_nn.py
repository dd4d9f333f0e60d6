"""depthwise_conv2d by CMSIS-NN."""

from __future__ import annotations

from dataclasses import replace

from ..base import Kernel, Layer
from ..packing.cmsis_nn import (
    PROVIDER,
    Sizes,
    are_constant,
    fill_bias,
    last_start,
    sizes,
    sizes_fit,
    windows_meet_input,
)
from .kernels_conv2d import CMSIS_NN_CONVOLVE

MANY_FILTERS = 16
"""From so many filters on one channel, CMSIS-NN's convolution takes fewer instructions than its
depthwise convolution: 30 % fewer with 64 filters of 10x4 on a Cortex-M4, 60 % on a Cortex-M55."""


def _middle_column_meets_input(values: Sizes) -> bool:
    """CMSIS-NN's 3x3 kernel reads the middle column of each window without looking."""
    is_3x3 = values["kernel_height"] == 3 and values["kernel_width"] == 3
    return not is_3x3 or last_start(values, "width", "left") + 1 < values["input_width"]


def _computes(layer: Layer) -> bool:
    values = sizes(layer)
    return (
        values["batches"] == 1
        and are_constant(layer, "bias")
        and sizes_fit(values)
        and windows_meet_input(values)
        and _middle_column_meets_input(values)
    )


DEPTHWISE = Kernel(
    "depthwise_conv2d_s8__cmsis_nn",
    applies=_computes,
    pack=fill_bias,
    provider=PROVIDER,
    symbols=("arm_depthwise_conv_wrapper_s8", "arm_depthwise_conv_wrapper_s8_get_buffer_size"),
    scratch_function="depthwise_conv2d_s8__cmsis_nn_scratch_bytes",
)


def _convolves_with_many_filters(layer: Layer) -> bool:
    return layer.op.depth_multiplier >= MANY_FILTERS and CMSIS_NN_CONVOLVE.applies(layer)


CMSIS_NN_KERNELS = [
    CMSIS_NN_CONVOLVE,
    DEPTHWISE,
    replace(CMSIS_NN_CONVOLVE, applies=_convolves_with_many_filters),
]
