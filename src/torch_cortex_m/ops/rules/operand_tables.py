"""Kernels of functions of two tensors that look their operands up, in the scale that both share."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Kernel, Layer
from ..integers.bounds import Array
from ..integers.requantization import requantized, wrapped
from .broadcasting import OPERANDS, operands_not_broadcast

BYTES = np.arange(256).astype(np.uint8).view(np.int8).astype(np.int64)
"""int8 values in the order of their bytes."""

LEAST_ELEMENTS = 64
"""From here on, 1 KB of flash saves 1000 instructions or more."""


def rescaled(op: Any, operand: str) -> Array:
    """What each value of an operand becomes in the common scale, in the order of bytes."""
    offset, multiplier, shift = (
        getattr(op, f"{operand}_{field}") for field in ("offset", "multiplier", "shift")
    )
    return requantized(wrapped((BYTES + offset) << op.left_shift), multiplier, shift)


def ranks(layer: Layer) -> dict[str, Array]:
    """The places of both operands' values among all that there are."""
    values = np.concatenate([rescaled(layer.op, operand) for operand in OPERANDS])
    places = np.unique(values, return_inverse=True)[1].astype(np.int16)
    tables = zip(OPERANDS, places.reshape(len(OPERANDS), -1), strict=True)
    return {**layer.constants, **{f"{operand}_ranks": table for operand, table in tables}}


def pays(layer: Layer) -> bool:
    """Whether the layer is large enough for two tables."""
    return layer.output.elements >= LEAST_ELEMENTS


def comparison_kernels(operator: str) -> list[Kernel]:
    """Of a comparison."""
    ranked = [
        Kernel(
            f"{operator}_s8__{strategy}",
            dtypes=("int8",),
            needs=frozenset(needs),
            applies=pays,
            pack=ranks,
            in_place=operands_not_broadcast,
        )
        for strategy, needs in (("ranks", ()), ("ranks_mve", ("mve",)))
    ]
    plain = Kernel(f"{operator}_s8__ref", dtypes=("int8",), in_place=operands_not_broadcast)
    return [plain, *ranked, Kernel(f"{operator}_s32__ref", dtypes=("int32",))]
