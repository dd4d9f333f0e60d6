"""A transposed convolution with groups or dilation written as one without: with zeros among its
weights, fast kernels compute it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..base import Kernel, Layer
from ..packing.cmsis_nn import are_constant

MOST_TIMES = 8
"""So many times the weights are still faster than the portable kernel, which takes ten instructions
and more for each."""


def with_dense_weights(kernel: Kernel) -> Kernel:
    """A kernel without groups and dilation, for layers that have them as well."""

    def applies(layer: Layer) -> bool:
        return can_be_dense(layer) and kernel.applies(dense(layer))

    return replace(
        kernel,
        applies=applies,
        scratch_bytes=lambda layer: kernel.scratch_bytes(dense(layer)),
        pack=lambda layer: kernel.pack(dense(layer)),
        constants=lambda layer: kernel.constants(dense(layer)),
    )


def is_dense(layer: Layer) -> bool:
    return layer.op.groups == 1 and layer.op.dilation == (1, 1)


def can_be_dense(layer: Layer) -> bool:
    if is_dense(layer):
        return True
    if not are_constant(layer, "weight"):
        return False
    _, height, width, _ = layer.types["weight"].shape
    taps = np.prod(_kernel(layer)) / (height * width)
    return bool(layer.op.groups * taps <= MOST_TIMES)


def _kernel(layer: Layer) -> tuple[int, int]:
    _, height, width, _ = layer.types["weight"].shape
    vertical, horizontal = layer.op.dilation
    return (height - 1) * vertical + 1, (width - 1) * horizontal + 1


def dense(layer: Layer) -> Layer:
    """The same layer with one group and no dilation."""
    if is_dense(layer):
        return layer
    weight, groups = layer.constants["weight"], layer.op.groups
    filters, _, _, channels = weight.shape
    vertical, horizontal = layer.op.dilation
    whole = np.zeros((filters, *_kernel(layer), groups, channels), weight.dtype)
    group = np.arange(filters) // (filters // groups)
    whole[np.arange(filters), ::vertical, ::horizontal, group] = weight
    data = whole.reshape(*whole.shape[:3], -1)
    type_ = layer.types["weight"].with_shape(data.shape)
    return Layer(
        replace(layer.op, groups=1, dilation=(1, 1)),
        {**layer.types, "weight": type_},
        layer.outputs,
        {**layer.constants, "weight": data},
    )
