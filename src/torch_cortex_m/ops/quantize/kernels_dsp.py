"""quantize on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from ..base import Kernel

FLOAT = Kernel(
    "quantize_s8__float_dsp",
    applies=lambda layer: layer.output.dtype == "int8",
    needs=frozenset({"dsp"}),
)

DSP_KERNELS = [FLOAT]
