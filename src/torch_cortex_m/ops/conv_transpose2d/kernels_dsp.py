"""conv_transpose2d on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import choose_requantization
from ..packing.dsp import (
    COMMON_SHIFTS,
    MatrixPacking,
    can_superpose,
    column_pairs,
    pack_as,
)
from .phases import all_phases, applies, axes, phase_constants


def _packings(layer: Layer) -> list[MatrixPacking]:
    """One for each part of the phases; all have one form and one way."""
    whole, matrix, parts = all_phases(layer)
    found = choose_requantization(whole, matrix, COMMON_SHIFTS)
    superposed = can_superpose(whole, matrix, sum(part.phases for part in parts))
    return [
        pack_as(
            part.layer,
            part.weight,
            part.taps_height,
            part.phases,
            found.of(part.channels),
            superposed,
        )
        for part in parts
    ]


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return {"stream": np.concatenate([each.stream.reshape(-1) for each in _packings(layer)])}


def _constants(layer: Layer) -> dict[str, int | float]:
    return _packings(layer)[0].constants() | phase_constants(layer)


def _scratch(layer: Layer) -> int:
    """Columns of four places, a run of padding, and patches of four places."""
    height, width = axes(layer)
    length = width.most * layer.types["input"].shape[3]
    return 16 * len(column_pairs(height.most, length)) + 5 * length


DSP_KERNELS = [
    Kernel(
        "conv_transpose2d_s8__phases_dsp",
        needs=frozenset({"dsp"}),
        applies=applies,
        pack=_pack,
        constants=_constants,
        scratch_bytes=_scratch,
    )
]
