"""running_sum on MVE (Cortex-M55, M85)."""

from __future__ import annotations

from ..base import Kernel

MVE_KERNELS = [
    Kernel(
        "running_sum_s8__lanes_mve",
        needs=frozenset({"mve"}),
        applies=lambda layer: layer.types["newest"].shape[-1] >= 4,
        in_place=lambda layer: ("sums",),
    )
]
