"""softmax by CMSIS-NN."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..packing.cmsis_nn import PROVIDER

LARGEST_ROW = 511
"""The longest row whose sum of exponentials never makes CMSIS-NN shift by more than 31."""


def _computes(layer: Layer) -> bool:
    return "mask" not in layer.types and layer.output.shape[-1] <= LARGEST_ROW


CMSIS_NN_KERNELS = [
    Kernel(
        "softmax_s8__cmsis_nn",
        applies=_computes,
        provider=PROVIDER,
        symbols=("arm_softmax_s8",),
    )
]
