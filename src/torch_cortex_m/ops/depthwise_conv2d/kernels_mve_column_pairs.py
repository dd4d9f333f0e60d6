"""depthwise_conv2d's kernel for MVE whose registers hold two columns of eight rows."""

from __future__ import annotations

import numpy as np

from ...ir.artifacts import Overlap
from ..base import Kernel, Layer
from ..packing.mve import (
    LANES,
    folded_bias,
    has_plain_requantization,
    padded,
    requantization_vectors,
    rounding,
)
from ..rules.overlap import at_distance, rows_in_order
from .kernels_mve import CYCLES_OF_LANES, lanes_apply, lanes_cost, patches_apply

ROWS = 8
"""Of a column in a register."""

COLUMN_BYTES = 4 * ROWS
"""Of a strip."""

MOST_PAIRS = 6
"""Pairs of columns that TCM_MVE_ROOM has room for, with two kinds of rows."""

LARGEST_STEP = 4095
"""The largest immediate operand of ADD."""


def _applies(layer: Layer) -> bool:
    op, weight = layer.op, layer.constants.get("weight")
    if weight is None or not has_plain_requantization(layer):
        return False
    _, height, _, channels = weight.shape
    return (
        op.depth_multiplier == 1
        and op.dilation == (1, 1)
        and channels % 4 == 0
        and height <= ROWS
        and _pairs(layer) <= MOST_PAIRS
        and channels <= LARGEST_STEP
        and COLUMN_BYTES * op.stride[1] <= LARGEST_STEP
        and _strip_columns(layer) > op.padding[1]
        and not patches_apply(layer)
        and (not lanes_apply(layer) or _cost(layer) < CYCLES_OF_LANES * lanes_cost(layer))
    )


def _cost(layer: Layer) -> float:
    """Instructions."""
    _, height, width, channels = layer.output.shape
    strips, rest = divmod(height, _strip_rows(layer))
    strip_rows = [_strip_rows(layer)] * strips + [rest] * (rest > 0)
    pairs = _pairs(layer)
    columns = sum(
        rows // 2 * (20 * pairs + 23) + rows % 2 * (12 * pairs + 17) for rows in strip_rows
    )
    return channels / 4 * (width * columns + len(strip_rows) * (6 * _strip_columns(layer) + 50))


def _pairs(layer: Layer) -> int:
    """Pairs of columns of a filter."""
    return -(-layer.types["weight"].shape[2] // 2)


def _strip_columns(layer: Layer) -> int:
    return (layer.output.shape[2] - 1) * layer.op.stride[1] + 2 * _pairs(layer)


def _strip_rows(layer: Layer) -> int:
    """Rows of output whose windows a strip covers."""
    return (ROWS - layer.types["weight"].shape[1]) // layer.op.stride[0] + 1


def _constants(layer: Layer) -> dict[str, int | float]:
    return {
        "rounding": rounding(layer),
        "strip_columns": _strip_columns(layer),
        "strip_rows": _strip_rows(layer),
    }


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    """Filters as pairs of columns, and the requantization of every four channels."""
    weight = layer.constants["weight"][0]
    height, width, channels = weight.shape
    columns = np.zeros((2 * _pairs(layer), ROWS, channels), np.int8)
    columns[:width, :height] = weight.transpose(1, 0, 2)
    pairs = columns.reshape(-1, 2, ROWS, channels // 4, 4).transpose(3, 0, 4, 1, 2)
    bias = folded_bias(layer, weight.sum(axis=(0, 1), dtype=np.int64))
    vectors = requantization_vectors(layer, bias)
    quads = vectors.reshape(len(vectors), -1, 4).transpose(1, 0, 2)
    return {
        "filters": np.concatenate([np.zeros(LANES, np.int8), pairs.reshape(-1)]),
        "parameters": np.ascontiguousarray(quads.astype("<i4")).reshape(-1).view(np.int8),
    }


def _scratch(layer: Layer) -> int:
    """The strip, the places of its rows, and the border."""
    places = 2 * ROWS * 4
    return COLUMN_BYTES * _strip_columns(layer) + places + padded(layer.output.shape[3])


def _overlap(layer: Layer) -> dict[str, Overlap]:
    return at_distance(rows_in_order(layer, ROWS, at_a_time=_strip_rows(layer)))


COLUMN_PAIRS_MVE = Kernel(
    "depthwise_conv2d_s8__column_pairs_mve",
    needs=frozenset({"mve"}),
    applies=_applies,
    pack=_pack,
    constants=_constants,
    scratch_bytes=_scratch,
    overlap=_overlap,
)
