"""softmax by CMSIS-NN."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..packing.cmsis_nn import PROVIDER
from .kernels_portable import gives_int8

LARGEST_ROW = 511
"""The longest row whose sum of exponentials never makes CMSIS-NN shift by more than 31."""


def _computes(layer: Layer) -> bool:
    return gives_int8(layer) and "mask" not in layer.types and layer.output.shape[-1] <= LARGEST_ROW


CMSIS_NN_KERNELS = [
    Kernel(
        "softmax_s8__cmsis_nn",
        applies=_computes,
        provider=PROVIDER,
        symbols=("arm_softmax_s8",),
    )
]
