"""conv2d on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from functools import partial
from math import prod

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..packing.cmsis_nn import are_constant
from ..packing.scalar import (
    TAP_PAIRS_FILTERS,
    fits_tap_pairs,
    pack_columns,
    pack_tap_pairs,
    requantization_constants,
)
from ..rules.overlap import in_channel_blocks, places_in_order, window_starts


def _is_known(layer: Layer) -> bool:
    return are_constant(layer, "weight", "bias", "multipliers", "shifts")


def _applies(layer: Layer) -> bool:
    """A column that only one filter reads is not worth gathering."""
    return layer.output.shape[3] // layer.op.groups > 1 and _is_known(layer)


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


def _overlap(layer: Layer, at_a_time: int, reads_first: bool = True) -> dict[str, Overlap]:
    """Windows are gathered before their outputs are written, for one group after the other."""
    starts = window_starts(layer)
    distance = places_in_order(layer, starts, at_a_time=at_a_time, reads_first=reads_first)
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

MOST_FILTERS, MOST_WEIGHTS = 12, 4096
"""Filters of a group up to which reading inputs where they are takes 5 to 40 % less time than
making words of two places, and weights, which take twice the memory."""


def _applies_tap_pairs(layer: Layer) -> bool:
    """A row's taps are neighbours, or those of single channels."""
    op, (_, _, width, channels) = layer.op, layer.types["weight"].shape
    regular = width == 1 or channels == 1 or (op.groups == 1 and op.dilation[1] == 1)
    few = layer.output.shape[3] // op.groups <= MOST_FILTERS
    few = few and layer.types["weight"].elements <= MOST_WEIGHTS
    return regular and few and _is_known(layer) and fits_tap_pairs(_rows(layer))


def _rows(layer: Layer) -> np.ndarray:
    """[filters, rows, taps of a row] int8."""
    weight = layer.constants["weight"]
    return weight.reshape(*weight.shape[:2], -1)


def _tap_pairs_overlap(layer: Layer) -> dict[str, Overlap]:
    """A second block of filters reads a window again."""
    once = layer.output.shape[3] // layer.op.groups <= TAP_PAIRS_FILTERS
    return _overlap(layer, at_a_time=1, reads_first=once)


TAP_PAIRS = Kernel(
    "conv2d_s8__tap_pairs_scalar",
    applies=_applies_tap_pairs,
    scratch_bytes=lambda layer: _taps(layer) if any(layer.op.padding) else 0,
    pack=lambda layer: pack_tap_pairs(layer, _rows(layer), layer.op.groups),
    constants=_constants,
    overlap=_tap_pairs_overlap,
)

SCALAR_KERNELS = [COLUMNS, COLUMN_PAIRS, TAP_PAIRS]
