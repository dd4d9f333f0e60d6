"""add by CMSIS-NN, which knows no broadcasting."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..packing.cmsis_nn import PROVIDER

LEAST_LEFT_SHIFT = 16
"""With DSP, CMSIS-NN holds operands in 16 bits and drops their sign unless it is shifted out."""


def _computes(layer: Layer) -> bool:
    same_elements = all(
        layer.types[name].elements == layer.output.elements for name in ("input", "other")
    )
    return same_elements and layer.op.left_shift >= LEAST_LEFT_SHIFT


CMSIS_NN_KERNELS = [
    Kernel(
        "add_s8__cmsis_nn",
        applies=_computes,
        constants=lambda layer: {"elements": layer.output.elements},
        provider=PROVIDER,
        symbols=("arm_elementwise_add_s8",),
    )
]
