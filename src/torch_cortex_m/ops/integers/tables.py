"""Real functions of one number as tables of 256 int8 results, and of two as tables of 65536."""

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
    with np.errstate(all="ignore"):
        results = _steps(_defined_everywhere(evaluate(numbers(input))), output, limits)
    return tuple(int(value) for value in results)


def pair_entries(
    evaluate: Callable[[Array, Array], Array],
    first: Array,
    second: Array,
    output: Quantization,
    limits: tuple[int, int] = (INT8.low, INT8.high),
) -> Array:
    """The same for a function of two numbers, as -128 to 127 stand for them: int8 [256, 256],
    a row for each first one. Where the function has no value, the entry is that of the nearest
    place in its row."""
    pairs = np.broadcast_arrays(first[:, None], second)
    with np.errstate(all="ignore"):
        values = [_defined_everywhere(row) for row in evaluate(*pairs)]
        return _steps(np.stack(values), output, limits).astype(np.int8)


def distinct(table: Array) -> tuple[Array, Array, Array]:
    """A table of two numbers without the rows and columns that it has twice, and which of those
    that are left each of its rows and each of its columns is: uint8."""
    rows, row_of = np.unique(table, axis=0, return_inverse=True)
    results, column_of = np.unique(rows, axis=1, return_inverse=True)
    return results, _bytes(row_of), _bytes(column_of)


def _bytes(places: Array) -> Array:
    return places.reshape(-1).astype(np.uint8)


def numbers(quantization: Quantization) -> Array:
    """Those that -128 to 127 stand for."""
    return (VALUES - quantization.zero_point) * float(quantization.scale)


def _steps(values: Array, output: Quantization, limits: tuple[int, int]) -> Array:
    return np.clip(np.rint(values / output.scale) + output.zero_point, *limits)


def _defined_everywhere(values: Array) -> Array:
    """``values`` with each NaN replaced by the nearest other value."""
    defined = np.flatnonzero(~np.isnan(values))
    if defined.size == 0:
        return np.zeros_like(values)
    distances = np.abs(np.arange(values.size)[:, None] - defined)
    return values[defined[distances.argmin(axis=1)]]
