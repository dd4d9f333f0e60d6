"""transpose by CMSIS-NN, of up to four dimensions."""

from __future__ import annotations

from collections.abc import Sequence

from ..base import Kernel, Layer
from ..packing.cmsis_nn import LARGEST_SIZE, MAX_RANK, PROVIDER


def _computes(layer: Layer) -> bool:
    """With MVE it exchanges the last two of four dimensions wherever the first two stay."""
    shape, order = layer.output.shape, tuple(layer.op.permutation)
    sizes_fit = 2 <= len(shape) <= MAX_RANK and max(shape) <= LARGEST_SIZE
    return sizes_fit and order != tuple(range(len(order)))


def _constants(layer: Layer) -> dict[str, int | float]:
    """The first axis comes first, whatever the rank."""
    order = layer.op.permutation
    return {
        "rank": len(order),
        **_numbered("axis", layer.types["input"].shape, 1),
        **_numbered("output_axis", layer.output.shape, 1),
        **_numbered("from", order, 0),
    }


def _numbered(name: str, values: Sequence[int], missing: int) -> dict[str, int | float]:
    filled = [*values, *[missing] * (MAX_RANK - len(values))]
    return {f"{name}_{axis}": value for axis, value in enumerate(filled)}


CMSIS_NN_KERNELS = [
    Kernel(
        "transpose_s8__cmsis_nn",
        applies=_computes,
        constants=_constants,
        provider=PROVIDER,
        symbols=("arm_transpose_s8",),
    )
]
