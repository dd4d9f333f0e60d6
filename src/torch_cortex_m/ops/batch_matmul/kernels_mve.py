"""batch_matmul for MVE (Cortex-M55, M85)."""

from __future__ import annotations

from ..base import Kernel, Layer
from ..packing.mve import GENERAL, RECTIFIED, SIGNED, padded
from .sizes import sizes

ROWS = 8
"""As in the kernel."""

LARGEST_DEPTH = 4096
"""Keeps the distances between vectors within 16 bits."""


def _applies(layer: Layer) -> bool:
    return layer.op.multiplier >= 0 and sizes(layer).depth <= LARGEST_DEPTH


def _rounding(layer: Layer) -> int:
    """See ``packing.mve.rounding``."""
    if layer.op.shift > -1:
        return GENERAL
    return RECTIFIED if layer.op.activation_min >= layer.op.output_offset else SIGNED


def _scratch(layer: Layer) -> int:
    """Some rows with their terms, and all tiles, which come in pairs of eight columns."""
    _, depth, columns = sizes(layer)
    parameters = 80 if _rounding(layer) == GENERAL else 48
    return ROWS * (padded(depth) + 16) + (columns + 3) // 4 * (4 * padded(depth) + parameters)


MVE_KERNELS = [
    Kernel(
        "batch_matmul_s8__tiles_mve",
        needs=frozenset({"mve"}),
        applies=_applies,
        constants=lambda layer: {"rounding": _rounding(layer)},
        scratch_bytes=_scratch,
    )
]
