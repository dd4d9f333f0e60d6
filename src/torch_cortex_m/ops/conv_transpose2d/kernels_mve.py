"""conv_transpose2d for MVE (Cortex-M55, M85)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.mve import (
    LANES,
    MOST_OVERLAPPED,
    folded_bias,
    has_plain_requantization,
    lead_bytes,
    packed_tiles,
    padded,
    padded_to_lanes,
    requantization_vectors,
    rounding,
)
from .phases import applies, axes, phase_constants, phases, place_of, windows

WINDOW_BYTES = 2048
"""Scratch memory for windows that wait for each other."""

SPARE_ROWS = 2
"""Room for new rows before the others have to move."""


def _applies(layer: Layer) -> bool:
    return applies(layer) and has_plain_requantization(layer)


def _most_values(layer: Layer) -> int:
    """Of the largest window."""
    height, width = axes(layer)
    return height.most * width.most * layer.types["input"].shape[3]


def _most_places(layer: Layer) -> int:
    """Of a phase in one row of output."""
    return place_of(0, layer.op.stride[1], 0, layer.op.output_size[1]).outputs


def _lead(layer: Layer) -> int:
    values = _most_values(layer)
    return lead_bytes(layer, values, _most_places(layer)) if values <= MOST_OVERLAPPED else 0


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    found, lead = phases(layer), _lead(layer)
    repeats = found.weight.shape[2] // layer.output.shape[-1]
    tiles: list[np.ndarray] = []
    for _, weights, _ in found.parts():
        for weight in weights:
            sums = weight.sum(axis=1, dtype=np.int64)
            tiles.append(_tiles(layer, weight, sums, repeats, lead))
    return {"tiles": np.concatenate(tiles)}


def _tiles(
    layer: Layer, weight: np.ndarray, sums: np.ndarray, repeats: int, lead: int
) -> np.ndarray:
    """Of one phase, whose filters are the channels, ``repeats`` times."""
    bias = [folded_bias(layer, each) for each in np.split(sums, repeats)]
    vectors = np.concatenate([requantization_vectors(layer, each) for each in bias], axis=1)
    return packed_tiles(padded_to_lanes(weight), vectors, lead)


def _capacity(layer: Layer) -> int:
    fitting = WINDOW_BYTES // (2 * _place(layer))
    return 2 * max(1, min(fitting, (_most_places(layer) + 1) // 2))


def _place(layer: Layer) -> int:
    """Bytes of a window, with room for what copying writes beyond it."""
    return padded(_most_values(layer)) + LANES


def _window_bytes(layer: Layer) -> int:
    """Windows of one row are not copied."""
    height, _ = axes(layer)
    return _capacity(layer) * _place(layer) if height.most > 1 else 0


def _left_columns(layer: Layer) -> int:
    _, width = axes(layer)
    return max(0, -min(first for first, _ in windows(layer, 1, width)))


def _row_bytes(layer: Layer) -> int:
    _, width = axes(layer)
    _, _, columns, channels = layer.types["input"].shape
    needed = max(columns, *(end for _, end in windows(layer, 1, width)))
    return padded((_left_columns(layer) + needed) * channels)


def _constants(layer: Layer) -> dict[str, int | float]:
    return phase_constants(layer) | {
        "rounding": rounding(layer),
        "lead_bytes": _lead(layer),
        "capacity": _capacity(layer),
        "window_bytes": _window_bytes(layer),
        "row_bytes": _row_bytes(layer),
        "left_columns": _left_columns(layer),
        "spare_rows": SPARE_ROWS,
    }


def _scratch(layer: Layer) -> int:
    """Windows, rows, and what a last vector may read beyond them."""
    height, _ = axes(layer)
    return _window_bytes(layer) + (height.most + SPARE_ROWS) * _row_bytes(layer) + LANES


MVE_KERNELS = [
    Kernel(
        "conv_transpose2d_s8__phases_mve",
        needs=frozenset({"mve"}),
        applies=_applies,
        pack=_pack,
        constants=_constants,
        scratch_bytes=_scratch,
    )
]
