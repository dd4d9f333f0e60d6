"""Packs the matrices of recurrent layers for csrc/mve/tcm_mve_gates.h."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import wrapped
from .gates import GateProduct, gate_products, gate_shifts, has_constant_gates, sigmoid_pairs
from .mve import LANES, padded, padded_to_lanes

UNITS = 4
"""Of a tile."""


def vector_tiles(product: GateProduct) -> np.ndarray:
    """int8: for each four units, a tile of every gate: for each step of 16 values 16 weights of
    each unit, then the biases. What is missing in the last two tiles is zeros."""
    gates = len(product.shifts)
    weight = padded_to_lanes(product.weight)
    weight = _by_tile(weight.reshape(-1, gates, weight.shape[1]))
    tiles, steps = len(weight), weight.shape[2] // LANES
    weights = weight.reshape(tiles, UNITS, steps, LANES).swapaxes(1, 2).reshape(tiles, -1)
    biases = _by_tile(product.bias.reshape(-1, gates, 1)).reshape(tiles, UNITS)
    return np.concatenate([weights, wrapped(biases).astype("<i4").view(np.int8)], axis=1)


def _by_tile(rows: np.ndarray) -> np.ndarray:
    """[units, gates, n] -> [tiles, 4, n], the gates of four units one after the other; an even
    number of tiles."""
    size = UNITS * (1 + rows.shape[1] % 2)
    filled = np.pad(rows, ((0, -len(rows) % size), (0, 0), (0, 0)))
    by_gate = filled.reshape(-1, UNITS, *rows.shape[1:]).swapaxes(1, 2)
    return np.ascontiguousarray(by_gate).reshape(-1, UNITS, rows.shape[2])


def units_kernel(name: str, units: int) -> Kernel:
    """The record of a recurrent layer's kernel that computes ``units`` units at a time."""
    return Kernel(
        name,
        needs=frozenset({"mve"}),
        applies=_applies,
        pack=_pack,
        constants=gate_shifts,
        scratch_bytes=lambda layer: _scratch(layer, units),
    )


def _applies(layer: Layer) -> bool:
    return (
        has_constant_gates(layer)
        and layer.op.hidden_multiplier >= 0
        and all(map(_has_vector_requantization, gate_products(layer).values()))
    )


def _has_vector_requantization(product: GateProduct) -> bool:
    """Whether multipliers and shifts are in the range that the kernels compute."""
    within = (product.shifts >= -31) & (product.shifts <= 31)
    return bool((product.multipliers >= 0).all() and within.all())


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    packed = {"sigmoid_pairs": sigmoid_pairs()}
    for name, product in gate_products(layer).items():
        packed[f"{name}_tiles"] = vector_tiles(product)
        packed[f"{name}_multipliers"] = product.multipliers
    return packed


def _scratch(layer: Layer, units: int) -> int:
    """The sums of some units, and copies of vectors that do not fill registers."""
    lengths = [layer.types[f"{name}_weight"].shape[1] for name in ("input", "recurrent")]
    copies = sum(padded(length) for length in lengths if padded(length) != length)
    return 4 * 2 * layer.op.gates * units + copies
