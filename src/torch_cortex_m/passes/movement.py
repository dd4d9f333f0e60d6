"""Data movement that passes make, and what it does to constants."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops import operator
from ..ops.integers.bounds import Array
from ..ops.interfaces import Border


def transpose(permutation: tuple[int, ...]) -> Any:
    return operator("transpose", permutation=permutation)


def reshape(shape: tuple[int, ...]) -> Any:
    return operator("reshape", shape=shape)


def pad(border: Border) -> Any:
    return operator("pad", padding=sum(border.widths, ()), value=border.value)


def moved(op: Any, data: Array, shape: tuple[int, ...]) -> Array | None:
    """What the operator gives, of this shape, for constant data; None if it does not only move."""
    if op.reshapes:
        return np.reshape(data, shape)
    if (permutation := op.moved_axes()) is not None:
        return np.transpose(data, permutation)
    if (border := op.border()) is not None:
        return np.pad(data, border.widths, constant_values=border.value)
    return None
