"""prelu on any core, with the DSP extension and for MVE, by what slopes' products need."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import requantized, wrapped
from ..rules.broadcasting import operands_not_broadcast

BYTES = np.arange(256).astype(np.uint8).view(np.int8).astype(np.int64)
"""0 ... 127, -128 ... -1: int8 values in the order of their bytes."""

LEAST_ELEMENTS = 64
"""From here on, 256 bytes of flash save 500 instructions or more."""

LARGEST_SHIFT = 22
"""Of int32 sums with an output offset."""


def _pays(layer: Layer) -> bool:
    return layer.output.elements >= LEAST_ELEMENTS


def _slopes_shift_right(layer: Layer, largest: int = LARGEST_SHIFT) -> bool:
    op = layer.op
    return op.slope_multiplier >= 0 and 1 <= -op.slope_shift <= largest


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    """The outputs of all elements, as if none were negative."""
    op = layer.op
    scaled = requantized(BYTES + op.input_offset, op.multiplier, op.shift).astype(np.int64)
    outputs = np.clip(wrapped(scaled + op.output_offset), op.activation_min, op.activation_max)
    return {**layer.constants, "positives": outputs.astype(np.int8)}


def _addend(layer: Layer) -> dict[str, int | float]:
    """What the shift rounds up from, and the output offset behind it."""
    op, right = layer.op, -layer.op.slope_shift
    return {"addend": (op.output_offset << right) + (1 << (right - 1)), "right_shift": right}


def _is_of_rows(layer: Layer) -> bool:
    """Right shifts, and positive multipliers for elements that are; the input is not repeated."""
    constants = layer.op.constants(layer.types)
    steps = constants["input_stride_5"] == 1 and constants["other_stride_5"] <= 1
    return steps and layer.op.multiplier >= 0 and _slopes_shift_right(layer, 31)


FAST_KERNELS = [
    Kernel(
        "prelu_s8__table",
        applies=_pays,
        pack=_pack,
        in_place=operands_not_broadcast,
    ),
    Kernel(
        "prelu_s8__table_dsp",
        needs=frozenset({"dsp"}),
        applies=lambda layer: _pays(layer) and _slopes_shift_right(layer),
        pack=_pack,
        constants=_addend,
        in_place=operands_not_broadcast,
    ),
    Kernel(
        "prelu_s8__rows_mve",
        needs=frozenset({"mve"}),
        applies=_is_of_rows,
        in_place=operands_not_broadcast,
    ),
]
