"""add on cores with the DSP extension (Cortex-M4, M7, M33).

The output is a function of two int8 operands a and b that is nearly linear. The kernel computes

    limit(floor((addend + floor(input_factor * a / 2^8) + floor(other_factor * b / 2^8)) / 2^shift))

where factors and addend exist that give the operator's output for each of the 65536 pairs: they are
searched for, and checked on all pairs. For the few layers where that fails, it rounds as the
operator's definition does.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import requantized, wrapped
from ..rules.broadcasting import operands_not_broadcast

BYTES = np.arange(-128, 128, dtype=np.int64)
INT32_MAX = (1 << 31) - 1
LARGEST_SHIFT = 22
NOWHERE = 1 << 62


@dataclass(frozen=True)
class Linear:
    """The constants of the linear form."""

    input_factor: int
    other_factor: int
    addend: int
    shift: int


def output_table(op: Any) -> np.ndarray:
    """The outputs [input + 128, other + 128]."""
    first = requantized(
        wrapped((BYTES + op.input_offset) << op.left_shift), op.input_multiplier, op.input_shift
    )
    second = requantized(
        wrapped((BYTES + op.other_offset) << op.left_shift), op.other_multiplier, op.other_shift
    )
    sums = wrapped(first[:, None].astype(np.int64) + op.sign * second.astype(np.int64))
    outputs = requantized(sums, op.output_multiplier, op.output_shift).astype(np.int64)
    return np.clip(outputs + op.output_offset, op.activation_min, op.activation_max)


@cache
def linear_form(op: Any) -> Linear | None:
    """Constants that give the operator's output for all pairs, or None."""
    output = math.ldexp(op.output_multiplier, op.output_shift - 31 + op.left_shift)
    first = math.ldexp(op.input_multiplier, op.input_shift - 31) * output
    second = op.sign * math.ldexp(op.other_multiplier, op.other_shift - 31) * output
    largest = max(abs(first), abs(second), 2.0**-10)
    shift = min(
        LARGEST_SHIFT, math.floor(22 - math.log2(largest)), 28 - math.ceil(largest).bit_length()
    )
    if shift < 1:
        return None
    factors = round(math.ldexp(first, shift + 8)), round(math.ldexp(second, shift + 8))
    table = output_table(op)
    bounds = _bounds(op, table, shift)
    critical = _critical(factors, bounds, shift)
    for candidate in _candidates(factors):
        if _addend(candidate, bounds, critical) is not None:
            addend = _addend(candidate, bounds, np.ones_like(critical))
            if addend is not None and abs(addend) < 1 << 30:
                return Linear(*candidate, addend, shift)
    return None


Bounds = tuple[np.ndarray, np.ndarray]
"""Per pair: the linear form before its shift is at least the first and less than the second."""


def _bounds(op: Any, table: np.ndarray, shift: int) -> Bounds:
    low = np.where(table > op.activation_min, table << shift, -NOWHERE)
    high = np.where(table < op.activation_max, (table + 1) << shift, NOWHERE)
    return low, high


def _products(factors: tuple[int, int]) -> np.ndarray:
    return ((factors[0] * BYTES) >> 8)[:, None] + ((factors[1] * BYTES) >> 8)


def _critical(factors: tuple[int, int], bounds: Bounds, shift: int) -> np.ndarray:
    """The pairs whose bounds are near the linear form, where small changes matter."""
    low, high = bounds[0] - _products(factors), bounds[1] - _products(factors)
    middle = (int(low.max()) + int(high.min())) // 2
    near = 1 << max(shift - 8, 0)
    return (low > middle - near) | (high < middle + near)


def _addend(factors: tuple[int, int], bounds: Bounds, pairs: np.ndarray) -> int | None:
    """An addend that fits all the given pairs."""
    products = _products(factors)[pairs]
    low = int((bounds[0][pairs] - products).max(initial=-NOWHERE))
    high = int((bounds[1][pairs] - products).min(initial=NOWHERE))
    return (low + high) // 2 if low < high else None


def _candidates(factors: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """The factors, then others around them."""
    yield factors
    for step in (64, 256, 1024, 16):
        for i in range(-6, 7):
            for j in range(-6, 7):
                candidate = factors[0] + i * step, factors[1] + j * step
                if max(abs(factor) for factor in candidate) <= INT32_MAX:
                    yield candidate


def _rounds(op: Any) -> bool:
    """Whether the kernel's way of rounding is the definition's."""
    multipliers = op.input_multiplier, op.other_multiplier, op.output_multiplier
    operand_shifts = -op.input_shift, -op.other_shift
    return (
        min(multipliers) >= 0
        and op.left_shift <= 20
        and all(0 <= shift <= LARGEST_SHIFT for shift in operand_shifts)
        and 1 <= -op.output_shift <= LARGEST_SHIFT
    )


def _inner_strides(layer: Layer) -> list[int | float]:
    constants = layer.op.constants(layer.types)
    return [constants["input_stride_5"], constants["other_stride_5"]]


def _strides_fit(layer: Layer) -> bool:
    return all(stride in (0, 1) for stride in _inner_strides(layer))


def _is_linear(layer: Layer) -> bool:
    return _strides_fit(layer) and linear_form(layer.op) is not None


def _applies(layer: Layer) -> bool:
    return (_strides_fit(layer) and _rounds(layer.op)) or _is_linear(layer)


def _constants(layer: Layer) -> dict[str, int | float]:
    op, form = layer.op, linear_form(layer.op)
    if form is not None:
        return {
            "is_linear": 1,
            "input_factor": form.input_factor,
            "other_factor": form.other_factor,
            "addend": form.addend,
            "common_shift": form.shift,
        }
    shift = -op.output_shift
    return {
        "is_linear": 0,
        "input_factor": 0,
        "other_factor": 0,
        "addend": (op.output_offset << shift) + (1 << (shift - 1)),
        "common_shift": shift,
    }


WORDS = Kernel(
    "add_s8__words_dsp",
    applies=_applies,
    needs=frozenset({"dsp"}),
    constants=_constants,
    in_place=operands_not_broadcast,
)

LINEAR_WORDS = replace(WORDS, applies=_is_linear)
"""Where a linear form exists: then it is faster than the scalar one, otherwise slower."""

DSP_KERNELS = [WORDS]
