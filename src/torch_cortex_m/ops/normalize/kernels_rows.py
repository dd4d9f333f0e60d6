"""normalize in 32 bits, where everything is known to fit: on any core, and for MVE."""

from __future__ import annotations

from math import isqrt

import numpy as np

from ..base import Kernel, Layer

LARGEST_COUNT = 1 << 15
"""Squares of 255 add up within 32 bits."""

BIAS_BITS = 16
"""Which the last step drops."""

ROOM = 1 << 30

LANES, WORD_BITS = 4, 32


def _applies(layer: Layer) -> bool:
    given = [n for n in ("multipliers", "bias") if n in layer.types and n not in layer.constants]
    shape = layer.types["input"].shape
    return not given and shape[1] * shape[3] <= LARGEST_COUNT and _largest_product(layer) < ROOM


def _largest_product(layer: Layer) -> int:
    """Of a score times a multiplier, with what is added to it. A score is at most the root of the
    count, or 1, and its reciprocal root is a little more than exact."""
    multiplier = _largest(layer.constants.get("multipliers", np.array(layer.op.multiplier)))
    product = (_largest_score(layer) * multiplier >> _product_shift(layer)) + 1
    bias = _largest(layer.constants["bias"]) if "bias" in layer.constants else 0
    return product + bias + abs(_addend(layer))


def _largest_score(layer: Layer) -> int:
    shape = layer.types["input"].shape
    largest = isqrt(shape[1] * shape[3]) + 1 if layer.op.centered else 1
    return (largest << (_product_shift(layer) - layer.op.shift + BIAS_BITS)) + 1


def _product_shift(layer: Layer) -> int:
    return int(layer.op.constants(layer.types)["product_shift"])


def _largest(values: np.ndarray) -> int:
    return int(np.abs(values.astype(np.int64)).max())


def _addend(layer: Layer) -> int:
    return (1 << (BIAS_BITS - 1)) + (int(layer.op.output_offset) << BIAS_BITS)


def _fills_lanes(layer: Layer) -> bool:
    """Neighbouring channels, and scores that can be shifted to where the upper half of a product
    is the result."""
    shift = _product_shift(layer)
    left = _largest_score(layer) << max(WORD_BITS - shift, 0)
    channels = layer.output.shape[-1]
    return channels >= LANES and 0 < shift < 2 * WORD_BITS and left < 2 * ROOM and _applies(layer)


def _pack_channels(layer: Layer) -> dict[str, np.ndarray]:
    op, shape = layer.op, layer.output.shape[2:]
    multipliers = layer.constants.get("multipliers", np.full(shape, op.multiplier))
    bias = layer.constants.get("bias", np.zeros(shape))
    addends = bias.astype(np.int64) + (int(op.output_offset) << BIAS_BITS)
    return {
        "channel_multipliers": multipliers.astype(np.int32),
        "channel_addends": addends.astype(np.int32),
    }


ROW_KERNELS = [
    Kernel(
        "normalize_s8__rows",
        applies=_applies,
        constants=lambda layer: {"addend": _addend(layer)},
        in_place=lambda layer: ("input",),
    ),
    Kernel(
        "normalize_s8__rows_mve",
        needs=frozenset({"mve"}),
        applies=_fills_lanes,
        pack=_pack_channels,
        in_place=lambda layer: ("input",),
    ),
]
