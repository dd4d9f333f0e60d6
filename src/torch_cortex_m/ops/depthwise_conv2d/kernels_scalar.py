"""depthwise_conv2d on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from functools import partial
from math import prod

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..integers.requantization import folded_bias, layer_bias, wrapped
from ..packing.cmsis_nn import are_constant
from ..packing.scalar import (
    TAP_PAIRS_FILTERS,
    fits_tap_pairs,
    pack_columns,
    pack_tap_pairs,
    requantization,
    requantization_constants,
)
from ..rules.overlap import (
    at_distance,
    in_channel_blocks,
    place_by_place,
    places_in_order,
    window_starts,
)
from .dense import dense_filters

CHANNELS = 4
"""Channels that are computed at a time."""

LEAST_FILTERS = {1: 2, 2: 8}
"""Input channels -> filters from which on gathering a column for all of them takes less time than
computing channel by channel, although the filters are mostly zero then."""

MOST_FILTERS = 8
"""Filters on a single channel up to which pairs of rows take less time than columns."""


def _applies(layer: Layer) -> bool:
    return are_constant(layer, "weight", "bias", "multipliers", "shifts")


def _applies_columns(layer: Layer) -> bool:
    least = LEAST_FILTERS.get(layer.types["input"].shape[3])
    return least is not None and layer.output.shape[3] >= least and _applies(layer)


def _applies_column_pairs(layer: Layer) -> bool:
    """A single place would be computed twice."""
    return prod(layer.output.shape[:3]) > 1 and _applies_columns(layer)


def _applies_row_pairs(layer: Layer) -> bool:
    """A single row would be computed twice; words are worth making where several places of a row
    read each of them, and for each filter anew where there are few."""
    _, height, _, channels = layer.output.shape
    few = layer.types["input"].shape[3] > 1 or channels <= MOST_FILTERS
    return height > 1 and layer.op.stride[1] == 1 and few and _applies(layer)


def _filters(layer: Layer) -> np.ndarray:
    """[filters, taps] int8."""
    weight = layer.constants["weight"]
    return weight.reshape(-1, weight.shape[3]).T


def _constants(layer: Layer) -> dict[str, int | float]:
    return requantization_constants(layer, _filters(layer))


def _pack(layer: Layer, raised: int = 0) -> dict[str, np.ndarray]:
    """The weights as they are; ``parameters`` [filters, 4]: the bias with the input's zero point,
    for inputs that are raised, shift or scale, multiplier, addend."""
    filters = _filters(layer)
    bias = wrapped(folded_bias(filters, layer_bias(layer), layer.op.input_offset - raised))
    return {
        "weight": layer.constants["weight"],
        "parameters": np.column_stack([bias, *requantization(layer, filters)]),
    }


def _taps(layer: Layer) -> int:
    return prod(layer.types["weight"].shape[1:3])


def _dense_filters(layer: Layer) -> np.ndarray:
    """[filters, taps x channels] int8."""
    dense = dense_filters(layer.constants["weight"], layer.op.depth_multiplier)
    return dense.reshape(len(dense), -1)


def _pack_dense(layer: Layer) -> dict[str, np.ndarray]:
    return pack_columns(layer, _dense_filters(layer))


def _dense_constants(layer: Layer) -> dict[str, int | float]:
    return requantization_constants(layer, _dense_filters(layer))


def _gathers_first(layer: Layer, at_a_time: int = 1) -> int:
    return places_in_order(layer, window_starts(layer), at_a_time=at_a_time, reads_first=True)


def _channels_overlap(layer: Layer) -> dict[str, Overlap]:
    """All places of a few channels after each other; a last block computes some channels again."""
    channels = layer.output.shape[3]
    most = 1 if layer.op.depth_multiplier > 1 else CHANNELS
    if channels > most and channels % most:
        return {}
    return in_channel_blocks(layer, _gathers_first(layer), -(-channels // most))


CHANNELS_KERNEL = Kernel(
    "depthwise_conv2d_s8__channels_scalar",
    applies=_applies,
    scratch_bytes=lambda layer: 4 * CHANNELS * _taps(layer),
    pack=_pack,
    constants=_constants,
    overlap=_channels_overlap,
)


def _row_pairs_scratch(layer: Layer) -> int:
    """The columns of a row of windows, for each row of the kernel, and the weights."""
    height, width = layer.types["weight"].shape[1:3]
    reach = (width - 1) * layer.op.dilation[1]
    columns = (layer.output.shape[2] - 1) * layer.op.stride[1] + reach + 1
    return 4 * (height * columns + _taps(layer))


def _row_pairs_overlap(layer: Layer) -> dict[str, Overlap]:
    """All places of a channel after each other, two rows at a time, which end with the image."""
    batches, height, width, channels = layer.output.shape
    if batches > 1 and height % 2:
        return {}
    return in_channel_blocks(layer, _gathers_first(layer, at_a_time=2 * width), channels)


ROW_PAIRS = Kernel(
    "depthwise_conv2d_s8__row_pairs_scalar",
    applies=_applies_row_pairs,
    scratch_bytes=_row_pairs_scratch,
    pack=partial(_pack, raised=129),
    constants=_constants,
    overlap=_row_pairs_overlap,
)

COLUMNS = Kernel(
    "depthwise_conv2d_s8__columns_scalar",
    applies=_applies_columns,
    scratch_bytes=lambda layer: _dense_filters(layer).shape[1],
    pack=_pack_dense,
    constants=_dense_constants,
    overlap=lambda layer: at_distance(_gathers_first(layer)),
)

COLUMN_PAIRS = Kernel(
    "depthwise_conv2d_s8__column_pairs_scalar",
    applies=_applies_column_pairs,
    scratch_bytes=lambda layer: 4 * _dense_filters(layer).shape[1],
    pack=_pack_dense,
    constants=_dense_constants,
    overlap=lambda layer: at_distance(_gathers_first(layer, at_a_time=2)),
)

MOST_MULTIPLIER, MOST_WEIGHTS = 12, 4096
"""Filters on a channel up to which words of two taps take less time than columns, and weights,
which take twice the memory."""


def _applies_tap_pairs(layer: Layer) -> bool:
    """Filters share the making of words of inputs: more than two where pairs of rows are the other
    way."""
    least = 3 if layer.op.stride[1] == 1 else 2
    shared = least <= layer.op.depth_multiplier <= MOST_MULTIPLIER
    few = layer.types["weight"].elements <= MOST_WEIGHTS
    return shared and few and _applies(layer) and fits_tap_pairs(_rows(layer))


def _rows(layer: Layer) -> np.ndarray:
    """[filters, rows, taps of a row] int8."""
    return layer.constants["weight"][0].transpose(2, 0, 1)


def _tap_pairs_overlap(layer: Layer) -> dict[str, Overlap]:
    """A second block of filters reads a window again."""
    once = layer.op.depth_multiplier <= TAP_PAIRS_FILTERS
    distance = places_in_order(layer, window_starts(layer), reads_first=once)
    return in_channel_blocks(layer, distance, layer.types["input"].shape[3])


TAP_PAIRS = Kernel(
    "depthwise_conv2d_s8__tap_pairs_scalar",
    applies=_applies_tap_pairs,
    scratch_bytes=lambda layer: _taps(layer) if any(layer.op.padding) else 0,
    pack=lambda layer: pack_tap_pairs(layer, _rows(layer), layer.types["input"].shape[3]),
    constants=_constants,
    overlap=_tap_pairs_overlap,
)


def _applies_direct(layer: Layer) -> bool:
    return layer.op.depth_multiplier == 1 and not any(layer.op.padding) and _applies(layer)


DIRECT = Kernel(
    "depthwise_conv2d_s8__direct_scalar",
    applies=_applies_direct,
    pack=_pack,
    constants=_constants,
    overlap=place_by_place,
)

SCALAR_KERNELS = [CHANNELS_KERNEL, ROW_PAIRS, COLUMNS, COLUMN_PAIRS, TAP_PAIRS, DIRECT]
