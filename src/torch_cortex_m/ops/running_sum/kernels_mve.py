"""running_sum for MVE (Cortex-M55, M85)."""

from __future__ import annotations

from ..base import Kernel, Layer

LANES = 8
"""Sums of 16 bits in a register."""


def _fills_registers(layer: Layer) -> bool:
    return layer.types["newest"].shape[-1] >= LANES


MVE_KERNELS = [
    Kernel(
        "running_sum_s8__lanes_mve",
        needs=frozenset({"mve"}),
        applies=_fills_registers,
        in_place=lambda layer: ("sums",),
    )
]
