"""running_sum on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from ..base import Kernel, Layer

MOST_POSITIONS = 127
"""Differences of int8 whose sum fits int16."""


def _applies(layer: Layer) -> bool:
    sizes = layer.op.constants(layer.types)
    return sizes["inner"] % 4 == 0 and sizes["count"] <= MOST_POSITIONS


DSP_KERNELS = [
    Kernel(
        "running_sum_s8__words_dsp",
        needs=frozenset({"dsp"}),
        applies=_applies,
        in_place=lambda layer: ("sums",),
    )
]
