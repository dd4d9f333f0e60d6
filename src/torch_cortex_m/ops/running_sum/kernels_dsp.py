"""running_sum on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from ..base import Kernel

DSP_KERNELS = [
    Kernel(
        "running_sum_s8__words_dsp",
        needs=frozenset({"dsp"}),
        in_place=lambda layer: ("sums",),
    )
]
