"""linear's kernel for MVE (Cortex-M55, M85)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.mve import (
    folded_bias,
    has_plain_requantization,
    lead_bytes,
    packed_tiles,
    padded,
    padded_to_lanes,
    requantization_vectors,
    rounding,
    unsafe_vectors,
)


def _applies(layer: Layer) -> bool:
    constant = "weight" in layer.constants and has_plain_requantization(layer)
    return constant and layer.op.weight_offset == 0


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    rows = padded_to_lanes(layer.constants["weight"])
    bias = folded_bias(layer, rows.sum(axis=1, dtype=np.int64))
    return {"tiles": packed_tiles(rows, requantization_vectors(layer, bias), _lead(layer))}


def _lead(layer: Layer) -> int:
    features = layer.types["weight"].shape[1]
    return lead_bytes(layer, features, layer.types["input"].elements // features)


def _constants(layer: Layer) -> dict[str, int | float]:
    features = layer.types["weight"].shape[1]
    return {
        "rounding": rounding(layer),
        "lead_bytes": _lead(layer),
        "unsafe_rows": unsafe_vectors(features, features),
    }


def _scratch(layer: Layer) -> int:
    """Copies of two rows, where rows do not end with a vector."""
    features = layer.types["weight"].shape[1]
    return 0 if padded(features) == features else 2 * padded(features)


MVE_KERNELS = [
    Kernel(
        "linear_s8__tiles_mve",
        needs=frozenset({"mve"}),
        applies=_applies,
        pack=_pack,
        constants=_constants,
        scratch_bytes=_scratch,
    )
]
