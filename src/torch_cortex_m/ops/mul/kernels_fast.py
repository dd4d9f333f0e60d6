"""mul for cores with the DSP extension and for MVE, where products are shifted right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..base import Kernel, Layer
from ..rules.broadcasting import operands_not_broadcast

LARGEST_NARROWING, LARGEST_SHIFT = 16, 22
"""Of an instruction of MVE, and of int32 sums with an output offset."""


def _computes(largest_shift: int) -> Callable[[Layer], bool]:
    """Right shifts only, by 1 at least; the innermost loop steps by one element or repeats one."""

    def applies(layer: Layer) -> bool:
        constants = layer.op.constants(layer.types)
        strides = constants["input_stride_5"], constants["other_stride_5"]
        shifts_right = layer.op.multiplier >= 0 and 1 <= -layer.op.shift <= largest_shift
        return shifts_right and max(strides) <= 1

    return applies


def _addend(op: Any) -> int:
    """What the shift rounds up from, and the output offset behind it."""
    return (op.output_offset << -op.shift) + (1 << (-op.shift - 1))


WORDS = Kernel(
    "mul_s8__words_dsp",
    needs=frozenset({"dsp"}),
    applies=_computes(LARGEST_SHIFT),
    constants=lambda layer: {"addend": _addend(layer.op), "right_shift": -layer.op.shift},
    in_place=operands_not_broadcast,
)

ROWS = Kernel(
    "mul_s8__rows_mve",
    needs=frozenset({"mve"}),
    applies=_computes(LARGEST_NARROWING),
    constants=lambda layer: {"right_shift": -layer.op.shift},
    in_place=operands_not_broadcast,
)

FAST_KERNELS = [WORDS, ROWS]
