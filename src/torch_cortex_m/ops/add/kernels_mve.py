"""add for MVE (Cortex-M55, M85): a linear form of the two operands, where one is exact.

The output is limit(floor((input_factor * a + other_factor * b + addend) / 2^shift)) with constants
that give the operator's output for each of the 65536 pairs of int8: they are searched for, and
checked on all pairs. Where there are none, kernels that round as the definition does take over.
The shift is done in two parts, and each of these rounds up from a half.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ..base import Kernel, Layer
from ..rules.broadcasting import operands_not_broadcast
from .kernels_dsp import output_table

BYTES = np.arange(-128, 128, dtype=np.int64)
INT32_MAX = (1 << 31) - 1
LARGEST_SHIFT, LEAST_SHIFT = 24, 2
LARGEST_ADDEND = 1 << 30
NOWHERE = 1 << 62


@dataclass(frozen=True)
class LinearForm:
    """The constants of the form; intermediate sums stay within int32."""

    input_factor: int
    other_factor: int
    addend: int
    shift: int


@cache
def linear_form(op: Any) -> LinearForm | None:
    """Constants that give the operator's output for all pairs, or None."""
    table = output_table(op)
    for shift in range(LARGEST_SHIFT, LEAST_SHIFT - 1, -1):
        low = np.where(table > op.activation_min, table << shift, -NOWHERE)
        high = np.where(table < op.activation_max, ((table + 1) << shift) - 1, NOWHERE)
        for first, second in _factors(op, shift):
            products = first * BYTES[:, None] + second * BYTES
            least = max(int((low - products).max()), -LARGEST_ADDEND)
            most = min(int((high - products).min()), LARGEST_ADDEND)
            addend = (least + most) // 2
            reach = 128 * (abs(first) + abs(second)) + abs(addend) + (1 << shift)
            if least <= most and reach <= INT32_MAX:
                return LinearForm(first, second, addend, shift)
    return None


def _factors(op: Any, shift: int) -> Iterator[tuple[int, int]]:
    """The operands' real factors times 2^shift, and slightly larger ones.

    Ties round away from zero: outwards, as everything does that is made a little larger.
    """
    output = math.ldexp(op.output_multiplier, op.output_shift - 31 + op.left_shift + shift)
    first = math.ldexp(op.input_multiplier, op.input_shift - 31) * output
    second = op.sign * math.ldexp(op.other_multiplier, op.other_shift - 31) * output
    if 130 * (abs(first) + abs(second)) > INT32_MAX:
        return
    for growth in (0.0, 2.0**-18, 2.0**-16, 2.0**-14, 2.0**-12):
        grown = round(first * (1 + growth)), round(second * (1 + growth))
        for i in (0, 1, -1):
            for j in (0, 1, -1):
                yield grown[0] + i, grown[1] + j


def _applies(layer: Layer) -> bool:
    constants = layer.op.constants(layer.types)
    strides = [constants["input_stride_5"], constants["other_stride_5"]]
    return sorted(strides) in ([0, 1], [1, 1]) and linear_form(layer.op) is not None


def _constants(layer: Layer) -> dict[str, int | float]:
    form = linear_form(layer.op)
    assert form is not None
    first_shift = min(16, form.shift - 1)
    rounding = (1 << (first_shift - 1)) + (1 << (form.shift - 1))
    return {
        "input_factor": form.input_factor,
        "other_factor": form.other_factor,
        "addend": form.addend - rounding,
        "first_shift": first_shift,
        "second_shift": form.shift - first_shift,
    }


MVE_KERNELS = [
    Kernel(
        "add_s8__linear_mve",
        needs=frozenset({"mve"}),
        applies=_applies,
        constants=_constants,
        in_place=operands_not_broadcast,
    )
]
