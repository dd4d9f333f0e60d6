"""mul for cores with the DSP extension, for MVE and for those without either, where products are
shifted right."""

from __future__ import annotations

from collections.abc import Callable

from ..base import Kernel, Layer
from ..rules.broadcasting import operands_not_broadcast

LARGEST_NARROWING, LARGEST_SHIFT = 16, 22
"""Of an instruction of MVE, and of int32 sums with an output offset."""


def _computes(largest_shift: int) -> Callable[[Layer], bool]:
    """The innermost loop steps by one element or repeats one."""

    def applies(layer: Layer) -> bool:
        constants = layer.op.constants(layer.types)
        strides = constants["input_stride_5"], constants["other_stride_5"]
        return _shifts_right(layer, largest_shift) and max(strides) <= 1

    return applies


def _shifts_right(layer: Layer, largest_shift: int = LARGEST_SHIFT) -> bool:
    """Right shifts only, by 1 at least."""
    return layer.op.multiplier >= 0 and 1 <= -layer.op.shift <= largest_shift


def _addend_and_shift(layer: Layer) -> dict[str, int | float]:
    """What the shift rounds up from, with the output offset behind it, and the shift."""
    shift = -layer.op.shift
    addend = (layer.op.output_offset << shift) + (1 << (shift - 1))
    return {"addend": addend, "right_shift": shift}


WORDS = Kernel(
    "mul_s8__words_dsp",
    needs=frozenset({"dsp"}),
    applies=_computes(LARGEST_SHIFT),
    constants=_addend_and_shift,
    in_place=operands_not_broadcast,
)

ROWS = Kernel(
    "mul_s8__rows_mve",
    needs=frozenset({"mve"}),
    applies=_computes(LARGEST_NARROWING),
    constants=lambda layer: {"right_shift": -layer.op.shift},
    in_place=operands_not_broadcast,
)

RUNS = Kernel(
    "mul_s8__runs_scalar",
    applies=_shifts_right,
    constants=_addend_and_shift,
    in_place=operands_not_broadcast,
)

FAST_KERNELS = [RUNS, WORDS, ROWS]
