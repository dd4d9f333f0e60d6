"""Packs the weights of convolutions and linear layers for csrc/scalar/tcm_scalar_columns.h."""

from __future__ import annotations

import numpy as np

from ..base import Layer
from ..integers.requantization import (
    NON_NEGATIVE,
    Requantization,
    choose_requantization,
    folded_bias,
    layer_bias,
    wrapped,
)

FILTERS = 4
"""Filters that are computed at a time."""


def pack_columns(layer: Layer, weight: np.ndarray, groups: int = 1) -> dict[str, np.ndarray]:
    """``weight``, flat: per group blocks [taps, 4] of filters and a smaller one of the rest, bytes
    w + 128; ``parameters`` [filters, 4]: bias, shift or scale, multiplier, addend.

    weight [filters, taps] int8.
    """
    return pack_columns_as(layer, weight, groups, choose_requantization(layer, weight))


def pack_columns_as(
    layer: Layer, weight: np.ndarray, groups: int, found: Requantization
) -> dict[str, np.ndarray]:
    """The same with a requantization that was chosen before."""
    size = len(weight) // groups
    raised = (weight.astype(np.int16) + 128).astype(np.uint8).view(np.int8)
    blocks = [
        raised[start : min(start + FILTERS, first + size)].T.reshape(-1)
        for first in range(0, len(weight), size)
        for start in range(first, first + size, FILTERS)
    ]
    return {
        "weight": np.concatenate(blocks),
        "parameters": np.column_stack([column_bias(layer, weight), *_requantization(found)]),
    }


def column_bias(layer: Layer, weight: np.ndarray) -> np.ndarray:
    """The bias for inputs x + 128 and weights w + 128, but for the column's own sum."""
    return wrapped(folded_bias(weight, layer_bias(layer), layer.op.input_offset - 128))


def requantization(layer: Layer, weight: np.ndarray) -> list[np.ndarray]:
    """Per filter: shift or scale, multiplier, addend."""
    return _requantization(choose_requantization(layer, weight))


def _requantization(found: Requantization) -> list[np.ndarray]:
    shifts = found.scales if found.way == NON_NEGATIVE else found.shifts
    return [wrapped(values) for values in (shifts, found.multipliers, found.addends)]


def requantization_constants(layer: Layer, weight: np.ndarray) -> dict[str, int | float]:
    found = choose_requantization(layer, weight)
    return {"way": found.way, "common_shift": found.common_shift}
