"""Checks of fields that several operators have."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ...ir import TensorType
from ..base import Op

MAX_RANK = 6
"""The largest rank that the kernels' loops over strided tensors cover."""

MIN_SCALE, MAX_SCALE = 2.0**-100, 2.0**100
"""Within this range a scale, its inverse and every dequantized value are normal float32 numbers,
so that cores that flush denormals to zero agree with those that do not."""

LARGEST_WIDE_SHIFT = 7
"""Of the requantization of a sum of 64 bits."""


def check_multiplier(op: Op, name: str, multiplier: int, shift: int) -> None:
    """``<name>multiplier`` and ``<name>shift`` are in the range that requantization covers."""
    largest = (1 << 31) - 1
    op.expect(
        -largest <= multiplier <= largest,
        f"{name}multiplier",
        f"a value in [{-largest}, {largest}]",
        multiplier,
    )
    op.expect(-31 <= shift <= 30, f"{name}shift", "a value in [-31, 30]", shift)


def check_scale(op: Op, scale: float) -> None:
    fits = math.isfinite(scale) and MIN_SCALE <= scale <= MAX_SCALE
    op.expect(fits, "scale", f"a value in [{MIN_SCALE:g}, {MAX_SCALE:g}]", scale)


def check_max_rank(op: Op, types: Mapping[str, TensorType], name: str) -> None:
    shape = types[name].shape
    op.expect(
        len(shape) <= MAX_RANK,
        name,
        f"rank {MAX_RANK} at most",
        f"rank {len(shape)}, shape {shape}",
    )
