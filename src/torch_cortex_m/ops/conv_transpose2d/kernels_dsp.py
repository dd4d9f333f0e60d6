"""conv_transpose2d on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

from dataclasses import replace

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
from .phases import applies, axes, of_all_phases, phase_constants, phases


def _packings(layer: Layer) -> list[MatrixPacking]:
    """One for each part of the phases; all have one form and one way."""
    found = phases(layer)
    whole = of_all_phases(layer, found)
    filters = found.weight.shape[2]
    matrix = found.weight.reshape(len(whole.constants["multipliers"]), -1)
    requantization = choose_requantization(whole, matrix, COMMON_SHIFTS)
    superposed = can_superpose(whole, matrix, len(matrix) // filters)
    result: list[MatrixPacking] = []
    for indices, weight, runs in found.parts():
        channels = (indices[:, None] * filters + np.arange(filters)).reshape(-1)
        constants = {name: data[channels] for name, data in whole.constants.items()}
        part = replace(whole, constants=constants)
        rows = weight.reshape(len(channels), -1)
        chosen = requantization.of(channels)
        result.append(pack_as(part, rows, runs, len(indices), chosen, superposed))
    return result


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
