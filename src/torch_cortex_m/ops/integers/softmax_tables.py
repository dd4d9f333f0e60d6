"""The tables from which TensorFlow Lite interpolates the softmax of int16."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .bounds import Array

STEPS = 512
"""Between the places of a table, over the whole range of int16."""

ONE = 1 << 15


def _round(values: Array) -> Array:
    """Ties away from zero."""
    return np.trunc(values + np.copysign(np.float32(0.5), values))


def _table(function: Callable[[Array], Array], first: float, last: float) -> Array:
    """int16 [513]: the function in Q0.15 at equal steps, less half the error of the chord in the
    middle of a step. Everything in float32. Source: TensorFlow Lite's LUTPopulate of int16."""
    low, high = np.float32(first), np.float32(last)
    step = (high - low) / np.float32(STEPS)
    places = low + np.arange(STEPS + 1, dtype=np.float32) * step
    values = function(places) * np.float32(ONE)
    rounded = _round(values)
    chords = _round((values[1:] + rounded[:-1]) / np.float32(2))
    middles = _round(function(places[:-1] + step / np.float32(2)) * np.float32(ONE))
    rounded[:-1] -= _round((chords - middles) / np.float32(2))
    return np.clip(rounded, -ONE, ONE - 1).astype(np.int16)


def _exponential(values: Array) -> Array:
    return np.exp(values.astype(np.float64)).astype(np.float32)


def _reciprocal_of_one_plus(values: Array) -> Array:
    return np.float32(1) / (np.float32(1) + values)


EXPONENTIALS = _table(_exponential, -10.0, 0.0)
"""exp of -10 to 0 in Q0.15."""

RECIPROCALS = _table(_reciprocal_of_one_plus, 0.0, 1.0)
"""1 / (1 + x) of x from 0 to 1 in Q0.15."""
