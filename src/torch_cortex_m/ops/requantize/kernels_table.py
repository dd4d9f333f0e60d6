"""requantize by a table of its 256 outputs: on any core, and for MVE."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import requantized, wrapped

BYTES = np.arange(256).astype(np.uint8).view(np.int8)
"""0 ... 127, -128 ... -1: int8 values in the order of their bytes."""

LEAST_ELEMENTS = 64
"""From here on, 256 bytes of flash save 500 instructions or more."""


def _applies(layer: Layer) -> bool:
    return layer.output.elements >= LEAST_ELEMENTS


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    return {"table": outputs(layer.op, BYTES)}


def outputs(op: Any, values: np.ndarray) -> np.ndarray:
    """What the operator gives for these inputs: int8."""
    scaled = requantized(values.astype(np.int64) + op.input_offset, op.multiplier, op.shift)
    shifted = wrapped(scaled.astype(np.int64) + op.output_offset)
    return np.clip(shifted, op.activation_min, op.activation_max).astype(np.int8)


TABLE = Kernel(
    "requantize_s8__table",
    applies=_applies,
    pack=_pack,
    in_place=lambda layer: ("input",),
)

GATHER = replace(TABLE, name="requantize_s8__gather_mve", needs=frozenset({"mve"}))

TABLE_KERNELS = [TABLE, GATHER]
