"""lstm on MVE (Cortex-M55, M85)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.gates import sigmoid_pairs
from ..packing.gates_mve import has_gate_requantization, vector_tiles
from ..packing.mve import padded
from .packing import gate_shifts, has_constant_weights, products

UNITS = 16
"""As in lstm_s8__units_mve.h."""


def _applies(layer: Layer) -> bool:
    op = layer.op
    return (
        has_constant_weights(layer)
        and min(op.cell_multiplier, op.hidden_multiplier) >= 0
        and all(map(has_gate_requantization, products(layer).values()))
    )


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    packed = {"sigmoid_pairs": sigmoid_pairs()}
    for name, product in products(layer).items():
        packed[f"{name}_tiles"] = vector_tiles(product)
        packed[f"{name}_multipliers"] = product.multipliers
    return packed


def _scratch(layer: Layer) -> int:
    """The sums of some units, and copies of vectors that do not fill registers."""
    lengths = [layer.types[f"{name}_weight"].shape[1] for name in ("input", "recurrent")]
    copies = sum(padded(length) for length in lengths if padded(length) != length)
    return 4 * 2 * 4 * UNITS + copies


MVE_KERNELS = [
    Kernel(
        "lstm_s8__units_mve",
        needs=frozenset({"mve"}),
        applies=_applies,
        pack=_pack,
        constants=gate_shifts,
        scratch_bytes=_scratch,
    )
]
