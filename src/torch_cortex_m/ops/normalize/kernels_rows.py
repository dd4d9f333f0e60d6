"""normalize in 32 bits, on any core, where everything is known to fit."""

from __future__ import annotations

from math import isqrt

import numpy as np

from ..base import Kernel, Layer

LARGEST_COUNT = 1 << 15
"""Squares of 255 add up within 32 bits."""

HALF = 1 << 15
"""Of the last step, which drops 16 bits."""

ROOM = 1 << 30


def _applies(layer: Layer) -> bool:
    given = [n for n in ("multipliers", "bias") if n in layer.types and n not in layer.constants]
    shape = layer.types["input"].shape
    return not given and shape[1] * shape[3] <= LARGEST_COUNT and _largest_product(layer) < ROOM


def _largest_product(layer: Layer) -> int:
    """Of a score times a multiplier, with what is added to it. A score is at most the root of the
    count, or 1, and its reciprocal root is a little more than exact."""
    op, shape = layer.op, layer.types["input"].shape
    values = op.constants(layer.types)
    largest = isqrt(shape[1] * shape[3]) + 1 if op.centered else 1
    score = (largest << int(values["product_shift"] - op.shift + HALF.bit_length())) + 1
    multiplier = _largest(layer.constants.get("multipliers", np.array(op.multiplier)))
    product = (score * multiplier >> int(values["product_shift"])) + 1
    bias = _largest(layer.constants["bias"]) if "bias" in layer.constants else 0
    return product + bias + abs(_addend(layer))


def _largest(values: np.ndarray) -> int:
    return int(np.abs(values.astype(np.int64)).max())


def _addend(layer: Layer) -> int:
    return HALF + (int(layer.op.output_offset) << 16)


ROW_KERNELS = [
    Kernel(
        "normalize_s8__rows",
        applies=_applies,
        constants=lambda layer: {"addend": _addend(layer)},
        in_place=lambda layer: ("input",),
    )
]
