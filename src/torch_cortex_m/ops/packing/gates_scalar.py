"""Packs the matrices of recurrent layers for csrc/scalar/tcm_scalar_gates.h."""

from __future__ import annotations

import numpy as np

from ..integers.requantization import wrapped
from .gates import GateProduct


def block_weights(product: GateProduct, rows: int) -> np.ndarray:
    """int8 [blocks, taps, rows]: bytes w + 128; rows that are missing in the last block are
    zeros."""
    filled = _filled(product.weight, rows).astype(np.int16)
    raised = (filled + 128).astype(np.uint8).view(np.int8)
    return np.ascontiguousarray(raised.reshape(-1, rows, filled.shape[1]).swapaxes(1, 2))


def block_biases(product: GateProduct, rows: int) -> np.ndarray:
    """int32 [blocks * rows], for inputs x + 128 and weights w + 128, but for the column's sum."""
    sums = product.weight.astype(np.int64).sum(axis=1)
    return wrapped(_filled(product.bias - 128 * sums, rows))


def _filled(values: np.ndarray, rows: int) -> np.ndarray:
    return np.pad(values, ((0, -len(values) % rows), *((0, 0),) * (values.ndim - 1)))
