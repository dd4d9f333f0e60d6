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


TAP_PAIRS_FILTERS = 6
"""Filters that csrc/scalar/tcm_scalar_tap_pairs.h computes at a time at most."""


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


def fits_tap_pairs(weight: np.ndarray) -> bool:
    """Whether the products of two neighbouring taps fit in a half of a word: not where both are
    -128. weight [filters, rows, taps of a row] int8."""
    first, second = _tap_pairs(weight)
    return not np.any((first == -128) & (second == -128))


def pack_tap_pairs(layer: Layer, weight: np.ndarray, groups: int = 1) -> dict[str, np.ndarray]:
    """For csrc/scalar/tcm_scalar_tap_pairs.h: ``weight``, flat, per group as few blocks of filters
    as possible, equally large but for a smaller last one, [rows, pairs of taps, filters] words
    w1 + 2^16 * w0; ``parameters`` as of ``pack_columns``, the bias for inputs as they are.

    weight [filters, rows, taps of a row] int8.
    """
    first, second = _tap_pairs(weight)
    words = second + first * 2**16
    size = len(weight) // groups
    count = -(-size // TAP_PAIRS_FILTERS)
    block = -(-size // count)
    blocks = [
        words[start : min(start + block, group + size)].transpose(1, 2, 0).reshape(-1)
        for group in range(0, len(weight), size)
        for start in range(group, group + size, block)
    ]
    filters = weight.reshape(len(weight), -1)
    bias = wrapped(folded_bias(filters, layer_bias(layer), layer.op.input_offset))
    return {
        "weight": np.concatenate(blocks),
        "parameters": np.column_stack([bias, *requantization(layer, filters)]),
    }


def _tap_pairs(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weights of the first and of the second taps; a last one by itself has a partner of 0."""
    odd = weight.shape[2] % 2
    even = np.pad(weight.astype(np.int32), ((0, 0), (0, 0), (0, odd)))
    return even[..., ::2], even[..., 1::2]


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
