"""Packs the matrices of recurrent layers for csrc/scalar/tcm_scalar_gates.h and _steps.h."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import wrapped
from ..integers.sigmoid_table import SIGMOID_TABLE
from .gates import GateProduct, gate_products, gate_shifts, has_constant_gates


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


def units_kernel(name: str, rows: int) -> Kernel:
    """The record of a recurrent layer's kernel that computes ``rows`` rows of gates at a time."""
    return Kernel(
        name,
        applies=_applies,
        pack=lambda layer: _pack(layer, rows),
        constants=gate_shifts,
        scratch_bytes=_scratch,
    )


def _applies(layer: Layer) -> bool:
    return has_constant_gates(layer) and all(
        each.is_plain() for each in gate_products(layer).values()
    )


def _pack(layer: Layer, rows: int) -> dict[str, np.ndarray]:
    packed = {"sigmoid_table": SIGMOID_TABLE}
    for name, product in gate_products(layer).items():
        packed[f"{name}_weight"] = block_weights(product, rows)
        packed[f"{name}_biases"] = block_biases(product, rows)
        packed[f"{name}_multipliers"] = product.multipliers
    return packed


def _scratch(layer: Layer) -> int:
    """Both vectors as columns."""
    return layer.types["input_weight"].shape[1] + layer.types["recurrent_weight"].shape[1]
