"""conv2d by CMSIS-NN."""

from __future__ import annotations

from math import prod

from ..base import Kernel, Layer
from ..packing.cmsis_nn import (
    LARGEST_FILTER,
    PROVIDER,
    are_constant,
    fill_bias,
    sizes,
    sizes_fit,
    windows_meet_input,
)


def _computes(layer: Layer) -> bool:
    values = sizes(layer)
    fits = prod(layer.types["weight"].shape[1:]) <= LARGEST_FILTER
    return fits and sizes_fit(values) and windows_meet_input(values)


def _without_groups(layer: Layer) -> bool:
    return layer.op.groups == 1 and _computes(layer)


def _with_groups(layer: Layer) -> bool:
    return layer.op.groups > 1 and are_constant(layer, "bias") and _computes(layer)


# Versions that know groups have a kernel that steps over the other groups' outputs.
CMSIS_NN_KERNELS = [
    Kernel(
        "conv2d_s8__cmsis_nn_groups",
        applies=_with_groups,
        pack=fill_bias,
        provider=PROVIDER,
        symbols=(
            "arm_convolve_wrapper_s8",
            "arm_convolve_s8_get_buffer_size",
            "arm_nn_mat_mult_kernel_row_offset_s8_s16",
        ),
        scratch_function="conv2d_s8__cmsis_nn_groups_scratch_bytes",
    ),
    Kernel(
        "conv2d_s8__cmsis_nn",
        applies=_without_groups,
        provider=PROVIDER,
        symbols=("arm_convolve_wrapper_s8", "arm_convolve_wrapper_s8_get_buffer_size"),
        scratch_function="conv2d_s8__cmsis_nn_scratch_bytes",
    ),
]
