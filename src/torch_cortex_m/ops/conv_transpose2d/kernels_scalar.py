"""conv_transpose2d on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import choose_requantization
from ..packing.scalar import pack_columns_as, requantization_constants
from .phases import all_phases, applies, axes, is_merged, phase_constants


def _applies(layer: Layer) -> bool:
    """A window that only one filter reads is not worth gathering."""
    return applies(layer) and (layer.output.shape[3] > 1 or is_merged(layer))


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    whole, matrix, parts = all_phases(layer)
    found = choose_requantization(whole, matrix)
    packed = [
        pack_columns_as(part.layer, part.weight, part.phases, found.of(part.channels))
        for part in parts
    ]
    return {name: np.concatenate([each[name] for each in packed]) for name in packed[0]}


def _constants(layer: Layer) -> dict[str, int | float]:
    whole, matrix, _ = all_phases(layer)
    return requantization_constants(whole, matrix) | phase_constants(layer)


def _scratch(layer: Layer) -> int:
    """A window."""
    height, width = axes(layer)
    return height.most * width.most * layer.types["input"].shape[3]


SCALAR_KERNELS = [
    Kernel(
        "conv_transpose2d_s8__phases_scalar",
        applies=_applies,
        pack=_pack,
        constants=_constants,
        scratch_bytes=_scratch,
    )
]
