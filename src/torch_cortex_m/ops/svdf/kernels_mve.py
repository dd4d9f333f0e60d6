"""svdf on MVE (Cortex-M55, M85)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.gates_mve import vector_tiles
from ..packing.mve import padded
from .packing import features, has_constant_weights, is_wide, unit_bias


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return {
        "feature_tiles": vector_tiles(features(layer)),
        "time_weight": layer.constants["time_weight"],
        "unit_bias": unit_bias(layer),
    }


def _scratch(layer: Layer) -> int:
    """Features of whole tiles, sums of units in fours, and a copy of inputs that do not fill
    registers."""
    length, units = layer.types["input"].shape[1], layer.outputs[0].shape[1]
    filters = units * layer.op.rank
    copy = padded(length) if padded(length) != length else 0
    return 4 * (filters + -filters % 8 + units + -units % 4) + copy


def _kernel(name: str, wide: bool) -> Kernel:
    def applies(layer: Layer) -> bool:
        positive = min(layer.op.feature_multiplier, layer.op.output_multiplier) >= 0
        return is_wide(layer) == wide and positive and has_constant_weights(layer)

    return Kernel(
        name,
        needs=frozenset({"mve"}),
        applies=applies,
        pack=_pack,
        scratch_bytes=_scratch,
    )


MVE_KERNELS = [
    _kernel("svdf_s8__filters_mve", wide=False),
    _kernel("svdf_s8_s16__filters_mve", wide=True),
]
