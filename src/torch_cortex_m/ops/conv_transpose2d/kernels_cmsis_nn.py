"""conv_transpose2d by CMSIS-NN."""

from __future__ import annotations

from math import prod

import numpy as np

from ..base import Kernel, Layer
from ..packing.cmsis_nn import LARGEST_FILTER, PROVIDER, are_constant, sizes, sizes_fit


def _computes(layer: Layer) -> bool:
    op = layer.op
    return (
        op.groups == 1
        and op.dilation == (1, 1)
        and sizes_fit(sizes(layer))
        and prod(layer.types["weight"].shape[1:]) <= LARGEST_FILTER
        and _shifts_right(layer)
        and all(_writes_all(layer, axis) for axis in range(2))
    )


def _shifts_right(layer: Layer) -> bool:
    """What its vector and scalar code compute alike."""
    if not are_constant(layer, "multipliers", "shifts"):
        return False
    multipliers, shifts = layer.constants["multipliers"], layer.constants["shifts"]
    return bool(np.all(multipliers >= 0) and np.all(shifts <= 0))


def _writes_all(layer: Layer, axis: int) -> bool:
    """Whether on this axis it writes all of the output and nothing else: what inputs reach, from
    the padding on, with at most as much behind the last one as its own kernel reaches."""
    op, kernel = layer.op, layer.types["weight"].shape[1 + axis]
    stride, padding, output = op.stride[axis], op.padding[axis], op.output_size[axis]
    inner = layer.types["input"].shape[1 + axis] * stride - padding
    return padding < kernel and inner <= output <= inner + max(kernel - stride, 0)


CMSIS_NN_KERNELS = [
    Kernel(
        "conv_transpose2d_s8__cmsis_nn",
        applies=_computes,
        provider=PROVIDER,
        symbols=(
            "arm_transpose_conv_wrapper_s8",
            "arm_transpose_conv_s8_get_buffer_size",
            "arm_transpose_conv_s8_get_reverse_conv_buffer_size",
        ),
        scratch_function="conv_transpose2d_s8__cmsis_nn_scratch_bytes",
    )
]
