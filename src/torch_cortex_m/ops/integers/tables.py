"""Real functions of one number as tables of 256 int8 results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ...ir import INT8, Quantization
from .bounds import Array

VALUES = np.arange(INT8.low, INT8.high + 1)


def entries(
    evaluate: Callable[[Array], Array],
    input: Quantization,
    output: Quantization,
    limits: tuple[int, int] = (INT8.low, INT8.high),
) -> tuple[int, ...]:
    """The table of a function: the outputs for the inputs -128 to 127.

    Each is the function's real value, computed in float64, divided by the output's scale, rounded
    half to even, with the output's zero point added, within ``limits``. An infinite value is at
    one of the limits. Where the function has no value (NaN), the entry is that of the nearest input
    where it has one, of the lower one of two; a function without any value is 0 everywhere.
    """
    real = (VALUES - input.zero_point) * float(input.scale)
    with np.errstate(all="ignore"):
        steps = np.rint(_defined_everywhere(evaluate(real)) / output.scale) + output.zero_point
    return tuple(int(value) for value in np.clip(steps, *limits))


def _defined_everywhere(values: Array) -> Array:
    """``values`` with each NaN replaced by the nearest other value."""
    defined = np.flatnonzero(~np.isnan(values))
    if defined.size == 0:
        return np.zeros_like(values)
    distances = np.abs(np.arange(values.size)[:, None] - defined)
    return values[defined[distances.argmin(axis=1)]]
