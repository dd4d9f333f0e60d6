"""Packs the matrices of recurrent layers for csrc/scalar/tcm_scalar_gates.h."""

from __future__ import annotations

import numpy as np

from ..integers.requantization import wrapped
from .gates import GateProduct


def unit_weights(product: GateProduct) -> np.ndarray:
    """int8 [units, taps, gates]: bytes w + 128."""
    gates, taps = len(product.shifts), product.weight.shape[1]
    raised = (product.weight.astype(np.int16) + 128).astype(np.uint8).view(np.int8)
    return np.ascontiguousarray(raised.reshape(-1, gates, taps).swapaxes(1, 2))


def unit_biases(product: GateProduct) -> np.ndarray:
    """int32 [units * gates], for inputs x + 128 and weights w + 128, but for the column's sum."""
    return wrapped(product.bias - 128 * product.weight.astype(np.int64).sum(axis=1))
