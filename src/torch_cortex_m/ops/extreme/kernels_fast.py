"""extreme for cores with the DSP extension and for MVE."""

from __future__ import annotations

from ..base import Kernel, Layer

LANES = 16
"""int8 values in an MVE register."""


def _fills_vectors(layer: Layer) -> bool:
    inner = layer.types["input"].shape[2]
    return inner == 1 or inner >= LANES


FAST_KERNELS = [
    Kernel("extreme_s8__words_dsp", needs=frozenset({"dsp"})),
    Kernel("extreme_s8__lanes_mve", needs=frozenset({"mve"}), applies=_fills_vectors),
]
