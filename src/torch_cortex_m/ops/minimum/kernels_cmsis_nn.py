"""minimum by CMSIS-NN, for what its four dimensions can say of two operands."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..packing.cmsis_nn import PROVIDER
from ..rules.broadcasting import OPERANDS


def _computes(layer: Layer) -> bool:
    """Operands as large as the output, or repeated whole: one element or a row of channels."""
    values = layer.op.constants(layer.types)
    is_matrix = all(values[f"size_{level}"] == 1 for level in range(4))
    return is_matrix and all(
        values[f"{name}_stride_5"] == 1 or _is_one(layer, name) for name in OPERANDS
    )


def _is_one(layer: Layer, name: str) -> bool:
    return layer.types[name].elements == 1


def _sizes(layer: Layer) -> dict[str, int | float]:
    """Places and channels of the output and of the operands."""
    values = layer.op.constants(layer.types)
    sizes = {"places": values["size_4"], "channels": values["size_5"]}
    for name in OPERANDS:
        is_row = values[f"{name}_stride_4"] == 0
        sizes[f"{name}_places"] = 1 if is_row else values["size_4"]
        sizes[f"{name}_channels"] = 1 if _is_one(layer, name) else values["size_5"]
    return sizes


CMSIS_NN_KERNELS = [
    Kernel(
        "minimum_s8__cmsis_nn",
        applies=_computes,
        constants=_sizes,
        provider=PROVIDER,
        symbols=("arm_minimum_s8",),
    )
]
