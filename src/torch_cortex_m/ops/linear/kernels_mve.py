"""linear's kernel for MVE (Cortex-M55, M85)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.mve import (
    LANES,
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
    weight, head = layer.constants["weight"], _head(layer)
    rows = np.hstack([padded_to_lanes(weight[:, :head]), padded_to_lanes(weight[:, head:])])
    bias = folded_bias(layer, rows.sum(axis=1, dtype=np.int64))
    return {"tiles": packed_tiles(rows, requantization_vectors(layer, bias), _lead(layer))}


def _features(layer: Layer) -> int:
    return layer.types["weight"].shape[1]


def _rows(layer: Layer) -> int:
    return layer.types["input"].elements // _features(layer)


def _head(layer: Layer) -> int:
    """How many values the first vector of a row has: of a single row those that the others leave
    over, so that the last one ends with the row; the first one is read whole, its further values
    meet weights of zero."""
    features = _features(layer)
    left_over = features % LANES
    return left_over if left_over and features > LANES and _rows(layer) == 1 else LANES


def _lead(layer: Layer) -> int:
    return lead_bytes(layer, _features(layer), _rows(layer))


def _unsafe_rows(layer: Layer) -> int:
    features = _features(layer)
    return unsafe_vectors(features, features) if _head(layer) == LANES else 0


def _constants(layer: Layer) -> dict[str, int | float]:
    return {
        "rounding": rounding(layer),
        "lead_bytes": _lead(layer),
        "unsafe_rows": _unsafe_rows(layer),
        "head": _head(layer),
    }


def _scratch(layer: Layer) -> int:
    """Copies of two rows, where rows do not end with a vector."""
    return 2 * padded(_features(layer)) if _unsafe_rows(layer) else 0


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
