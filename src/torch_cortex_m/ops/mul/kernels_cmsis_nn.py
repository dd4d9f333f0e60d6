"""mul by CMSIS-NN, which knows no broadcasting."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..packing.cmsis_nn import PROVIDER


def _computes(layer: Layer) -> bool:
    """What its vector and scalar code compute alike: right shifts, by positive multipliers."""
    same_elements = all(
        layer.types[name].elements == layer.output.elements for name in ("input", "other")
    )
    return same_elements and layer.op.multiplier >= 0 and layer.op.shift <= 0


CMSIS_NN_KERNELS = [
    Kernel(
        "mul_s8__cmsis_nn",
        applies=_computes,
        constants=lambda layer: {"elements": layer.output.elements},
        provider=PROVIDER,
        symbols=("arm_elementwise_mul_s8",),
    )
]
