"""Packs the matrices of recurrent layers for csrc/dsp/tcm_dsp_gates.h."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..integers.requantization import wrapped
from .dsp import SEPARATE, SUPERPOSED, SUPERPOSED_BITS, run_pairs
from .gates import GateProduct, gate_products, gate_shifts, has_constant_gates, sigmoid_pairs

ROWS = 4
"""Rows that are computed at a time."""


def column_words(length: int) -> int:
    """Words of a vector as pairs, an even number."""
    pairs = len(run_pairs(length))
    return pairs + pairs % 2


def vector_form(product: GateProduct) -> int:
    """Whether every second row may be superposed on the one before: w0 + 256 * w1 must fit 16 bits
    and the second row's sums 24."""
    wide = product.weight.astype(np.int64)
    rows = len(wide) // 2 * 2
    both = wide[:rows:2] + 256 * wide[1:rows:2]
    limit = 1 << SUPERPOSED_BITS
    fits = product.low.min() > -limit and product.high.max() < limit
    return SUPERPOSED if fits and both.min(initial=0) >= -(1 << 15) else SEPARATE


def vector_stream(product: GateProduct) -> np.ndarray:
    """int32 [blocks, 4 + 2 * words]; rows that are missing in the last block are zeros."""
    superposed = vector_form(product) == SUPERPOSED
    missing = -len(product.weight) % ROWS
    weight = np.pad(product.weight.astype(np.int64), ((0, missing), (0, 1)))
    bias = np.pad(product.bias, (0, missing)).reshape(-1, 2)
    order = run_pairs(product.weight.shape[1])
    order += [(-1, -1)] * (len(order) % 2)
    halves = []
    for side in range(2):
        taps = weight[:, [pair[side] for pair in order]]
        first, second = taps[::2], taps[1::2]
        halves.append((first if superposed else first & 0xFF) + 256 * second & 0xFFFF)
    words = halves[0] + (halves[1] << 16)
    if superposed:
        bias = np.column_stack([bias[:, 0], bias[:, 0] + 256 * bias[:, 1]])
    of_blocks = words.reshape(-1, 2, len(order)).transpose(0, 2, 1).reshape(len(words) // 2, -1)
    return wrapped(np.column_stack([bias.reshape(-1, ROWS), of_blocks]))


def units_kernel(name: str, units: int) -> Kernel:
    """The record of a recurrent layer's kernel that computes ``units`` units at a time."""
    return Kernel(
        name,
        needs=frozenset({"dsp"}),
        applies=has_constant_gates,
        pack=_pack,
        constants=_constants,
        scratch_bytes=lambda layer: _scratch(layer, units),
    )


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    packed = {"sigmoid_pairs": sigmoid_pairs()}
    for name, product in gate_products(layer).items():
        packed[f"{name}_stream"] = vector_stream(product)
        packed[f"{name}_multipliers"] = product.multipliers
    return packed


def _constants(layer: Layer) -> dict[str, int | float]:
    values = gate_shifts(layer)
    for name, product in gate_products(layer).items():
        values[f"{name}_form"] = vector_form(product)
        values[f"{name}_is_plain"] = int(product.is_plain())
    return values


def _scratch(layer: Layer, units: int) -> int:
    """The sums of some units, and both vectors as columns."""
    lengths = [layer.types[f"{name}_weight"].shape[1] for name in ("input", "recurrent")]
    return 4 * (2 * layer.op.gates * units + sum(map(column_words, lengths)))
