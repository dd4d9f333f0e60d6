"""softmax on any core with one exponential per element, or with a table of exponentials."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..base import Kernel, Layer

LEAST_ELEMENTS = 64
"""From here on, a table (1 KiB at most) saves 6000 instructions or more."""

INT32_MAX = (1 << 31) - 1
QUARTER = 1 << 24
"""1/4 in Q5.26."""

EXP_MINUS_EIGHTH = 1895147668
THIRD = 715827883
EXP_MINUS_POWERS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
"""In Q0.31; the last ones are of -1/4, -1/2, ... -16."""


def _multiply(a: int, b: int) -> int:
    """round(a * b / 2^31)."""
    return (a * b + (1 << 30)) >> 31


def _halve(value: int) -> int:
    """round(value / 2), ties away from zero."""
    return (value + (value >= 0)) >> 1


def exponential(value: int) -> int:
    """exp(value) in Q0.31 of value <= 0 in Q5.26, with softmax's own roundings."""
    if value == 0:
        return INT32_MAX
    in_quarter = value % QUARTER - QUARTER
    rest = (in_quarter - value) // QUARTER
    x = 32 * in_quarter + (1 << 28)
    x2 = _multiply(x, x)
    x4_over_4 = (_multiply(x2, x2) + 2) >> 2
    tail = _halve(_multiply(x4_over_4 + _multiply(x2, x), THIRD) + x2)
    result = EXP_MINUS_EIGHTH + _multiply(EXP_MINUS_EIGHTH, x + tail)
    for bit, factor in enumerate(EXP_MINUS_POWERS):
        if rest >> bit & 1:
            result = _multiply(result, factor)
    return result


def exponentials(op: Any) -> np.ndarray:
    """int32 exponentials of the differences 0, -1, ... to a row's largest value, without the zeros
    at their end."""
    count = min(256, 1 - op.diff_min)
    values = [
        exponential(_multiply(-difference << op.input_left_shift, op.input_multiplier))
        for difference in range(count)
    ]
    return np.trim_zeros(np.array(values, np.int32), "b")


def gives_int8(layer: Layer) -> bool:
    return layer.output.dtype == "int8"


def _differences_fit(layer: Layer) -> bool:
    """No difference that counts leaves 32 bits, and that of the largest value itself, 0, counts."""
    op = layer.op
    counts = op.diff_min <= 0 and min(-op.diff_min, 255) << op.input_left_shift <= 1 << 31
    return gives_int8(layer) and counts


def is_regular(layer: Layer) -> bool:
    """The same, where all elements count."""
    return "mask" not in layer.types and _differences_fit(layer)


def _pays(layer: Layer) -> bool:
    return layer.output.elements >= LEAST_ELEMENTS


def _applies_table(layer: Layer) -> bool:
    return is_regular(layer) and _pays(layer)


def _applies_masked(layer: Layer) -> bool:
    return "mask" in layer.types and _differences_fit(layer) and _pays(layer)


def _with_table(layer: Layer) -> dict[str, np.ndarray]:
    return {**layer.constants, "table": exponentials(layer.op)}


ONCE = Kernel(
    "softmax_s8__once",
    applies=is_regular,
    scratch_bytes=lambda layer: 4 * layer.output.shape[-1],
    in_place=lambda layer: ("input",),
)

TABLE = Kernel(
    "softmax_s8__table",
    applies=_applies_table,
    pack=lambda layer: {"table": exponentials(layer.op)},
    constants=lambda layer: {"entries": len(exponentials(layer.op))},
    in_place=lambda layer: ("input",),
)

MASKED_TABLE = replace(
    TABLE, name="softmax_s8__masked_table", applies=_applies_masked, pack=_with_table
)

PORTABLE_KERNELS = [ONCE, TABLE, MASKED_TABLE]
