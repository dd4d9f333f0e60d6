"""avg_pool2d for MVE (Cortex-M55, M85)."""

from __future__ import annotations

from ..base import Kernel, Layer
from .kernels_scalar import rounds_away
from .overlap import windows_overlap

LONGEST_RUN = 256
"""So many int8 values add up within 16 bits."""

LARGEST_PRODUCT = 1 << 30
"""Of a sum and a divisor: below it, multiplying by the rounded reciprocal divides exactly."""


def _largest_window(layer: Layer) -> tuple[int, int]:
    """(rows, columns) of the inputs of the largest window."""
    sizes = layer.types["input"].shape[1:3]
    outputs = layer.output.shape[1:3]
    rows, columns = (
        max(
            min(end, sizes[axis]) - max(start, 0)
            for start, end in layer.op.windows(axis, sizes[axis], outputs[axis])
        )
        for axis in range(2)
    )
    return rows, columns


def _applies(layer: Layer) -> bool:
    op = layer.op
    rows, columns = _largest_window(layer)
    kernel = rows * columns if op.adaptive_output else op.kernel[0] * op.kernel[1]
    divisor = op.divisor_override or kernel
    largest_sum = 128 * max(divisor, rows * columns) + divisor
    small = columns <= LONGEST_RUN and largest_sum * divisor < LARGEST_PRODUCT
    return rounds_away(layer) and small


def _constants(layer: Layer) -> dict[str, int | float]:
    rows, columns = _largest_window(layer)
    return {"wide": int(rows * columns > LONGEST_RUN)}


MVE_KERNELS = [
    Kernel(
        "avg_pool2d_s8__lanes_mve",
        needs=frozenset({"mve"}),
        applies=_applies,
        constants=_constants,
        overlap=windows_overlap,
    )
]
