"""conv2d on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from functools import partial
from math import prod

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..packing.cmsis_nn import are_constant
from ..packing.scalar import pack_columns, requantization_constants
from ..rules.overlap import in_channel_blocks, places_in_order, window_starts


def _applies(layer: Layer) -> bool:
    """A column that only one filter reads is not worth gathering."""
    known = are_constant(layer, "weight", "bias", "multipliers", "shifts")
    return known and layer.output.shape[3] // layer.op.groups > 1


def _applies_pairs(layer: Layer) -> bool:
    """A single place would be computed twice."""
    return prod(layer.output.shape[:3]) > 1 and _applies(layer)


def _filters(layer: Layer) -> np.ndarray:
    """[filters, taps] int8."""
    weight = layer.constants["weight"]
    return weight.reshape(len(weight), -1)


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return pack_columns(layer, _filters(layer), layer.op.groups)


def _constants(layer: Layer) -> dict[str, int | float]:
    return requantization_constants(layer, _filters(layer))


def _taps(layer: Layer) -> int:
    return prod(layer.types["weight"].shape[1:])


def _overlap(layer: Layer, at_a_time: int) -> dict[str, Overlap]:
    """Windows are gathered before their outputs are written, for one group after the other."""
    starts = window_starts(layer)
    distance = places_in_order(layer, starts, at_a_time=at_a_time, reads_first=True)
    return in_channel_blocks(layer, distance, layer.op.groups)


COLUMNS = Kernel(
    "conv2d_s8__columns_scalar",
    applies=_applies,
    scratch_bytes=_taps,
    pack=_pack,
    constants=_constants,
    overlap=partial(_overlap, at_a_time=1),
)

COLUMN_PAIRS = Kernel(
    "conv2d_s8__column_pairs_scalar",
    applies=_applies_pairs,
    scratch_bytes=lambda layer: 4 * _taps(layer),
    pack=_pack,
    constants=_constants,
    overlap=partial(_overlap, at_a_time=2),
)

SCALAR_KERNELS = [COLUMNS, COLUMN_PAIRS]
