"""svdf on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.gates_scalar import block_biases, block_weights
from ..packing.scalar import FILTERS
from .packing import features, has_constant_weights, is_wide, unit_bias


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    product = features(layer)
    return {
        "feature_weight": block_weights(product, FILTERS),
        "feature_biases": block_biases(product, FILTERS),
        "time_weight": layer.constants["time_weight"],
        "unit_bias": unit_bias(layer),
    }


def _scratch(layer: Layer) -> int:
    """A column."""
    return layer.types["input"].shape[1]


def _kernel(name: str, wide: bool) -> Kernel:
    def applies(layer: Layer) -> bool:
        fits = is_wide(layer) == wide and has_constant_weights(layer)
        return fits and features(layer).is_plain()

    return Kernel(name, applies=applies, pack=_pack, scratch_bytes=_scratch)


SCALAR_KERNELS = [
    _kernel("svdf_s8__filters_scalar", wide=False),
    _kernel("svdf_s8_s16__filters_scalar", wide=True),
]
