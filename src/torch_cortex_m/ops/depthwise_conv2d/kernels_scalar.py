"""depthwise_conv2d on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

from math import prod

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..integers.requantization import folded_bias, layer_bias, wrapped
from ..packing.cmsis_nn import are_constant
from ..packing.scalar import pack_columns, requantization, requantization_constants
from ..rules.overlap import at_distance, in_channel_blocks, places_in_order, window_starts
from .dense import dense_filters

CHANNELS = 4
"""Channels that are computed at a time."""

LEAST_FILTERS = {1: 2, 2: 8}
"""Input channels -> filters from which on gathering a column for all of them takes less time than
computing channel by channel, although the filters are mostly zero then."""


def _applies(layer: Layer) -> bool:
    return are_constant(layer, "weight", "bias", "multipliers", "shifts")


def _applies_columns(layer: Layer) -> bool:
    least = LEAST_FILTERS.get(layer.types["input"].shape[3])
    return least is not None and layer.output.shape[3] >= least and _applies(layer)


def _filters(layer: Layer) -> np.ndarray:
    """[filters, taps] int8."""
    weight = layer.constants["weight"]
    return weight.reshape(-1, weight.shape[3]).T


def _constants(layer: Layer) -> dict[str, int | float]:
    return requantization_constants(layer, _filters(layer))


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    """The weights as they are; ``parameters`` [filters, 4]: the bias with the input's zero point,
    shift or scale, multiplier, addend."""
    filters = _filters(layer)
    bias = wrapped(folded_bias(filters, layer_bias(layer), layer.op.input_offset))
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


def _gathers_first(layer: Layer) -> int:
    return places_in_order(layer, window_starts(layer), reads_first=True)


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

COLUMNS = Kernel(
    "depthwise_conv2d_s8__columns_scalar",
    applies=_applies_columns,
    scratch_bytes=lambda layer: _dense_filters(layer).shape[1],
    pack=lambda layer: pack_columns(layer, _dense_filters(layer)),
    constants=lambda layer: requantization_constants(layer, _dense_filters(layer)),
    overlap=lambda layer: at_distance(_gathers_first(layer)),
)

SCALAR_KERNELS = [CHANNELS_KERNEL, COLUMNS]
