"""max_pool2d for MVE (Cortex-M55, M85)."""

from __future__ import annotations

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..packing.mve import LANES, padded
from ..rules.overlap import at_distance, place_by_place, rows_in_order

MVE = frozenset({"mve"})

MOST_COLUMNS = 3
"""Of a kernel: each has an address in a register."""


def _rows_apply(layer: Layer) -> bool:
    return layer.op.kernel[1] <= MOST_COLUMNS


def _row_bytes(layer: Layer) -> int:
    """A row of the input with what windows cover beyond it."""
    op = layer.op
    _, _, width, channels = layer.types["input"].shape
    extent = op.dilation[1] * (op.kernel[1] - 1) + 1
    covered = (layer.output.shape[2] - 1) * op.stride[1] + extent
    return padded(max(op.padding[1] + width, covered) * channels)


def _rows_scratch(layer: Layer) -> int:
    """The row, and what is read beyond its last channels."""
    return _row_bytes(layer) + LANES


def _rows_overlap(layer: Layer) -> dict[str, Overlap]:
    return at_distance(rows_in_order(layer, layer.op.kernel[0]))


MVE_KERNELS = [
    Kernel("max_pool2d_s8__lanes_mve", needs=MVE, overlap=place_by_place),
    Kernel(
        "max_pool2d_s8__rows_mve",
        needs=MVE,
        applies=_rows_apply,
        constants=lambda layer: {"row_bytes": _row_bytes(layer)},
        scratch_bytes=_rows_scratch,
        overlap=_rows_overlap,
    ),
]
