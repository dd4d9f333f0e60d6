"""mean for MVE (Cortex-M55, M85)."""

from __future__ import annotations

from ..base import Kernel, Layer

LANES = 8
"""Sums of 16 bits in a register."""


def _applies(layer: Layer) -> bool:
    """Right shifts only; the last dimension is gone, or fills registers."""
    inner = layer.types["input"].shape[2]
    shifts_right = layer.op.multiplier >= 0 and layer.op.shift <= 0
    return shifts_right and (inner == 1 or inner >= LANES)


MVE_KERNELS = [Kernel("mean_s8__lanes_mve", needs=frozenset({"mve"}), applies=_applies)]
