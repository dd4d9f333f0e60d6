"""lstm on cores without SIMD (Cortex-M0, M0+, M3)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..integers.sigmoid_table import SIGMOID_TABLE
from ..packing.gates import gate_products, gate_shifts, has_constant_gates
from ..packing.gates_scalar import block_biases, block_weights

GATES = 4


def _applies(layer: Layer) -> bool:
    return has_constant_gates(layer) and all(
        each.is_plain() for each in gate_products(layer).values()
    )


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    packed = {"sigmoid_table": SIGMOID_TABLE}
    for name, product in gate_products(layer).items():
        packed[f"{name}_weight"] = block_weights(product, GATES)
        packed[f"{name}_biases"] = block_biases(product, GATES)
        packed[f"{name}_multipliers"] = product.multipliers
    return packed


def _scratch(layer: Layer) -> int:
    """Both vectors as columns."""
    return layer.types["input_weight"].shape[1] + layer.types["recurrent_weight"].shape[1]


SCALAR_KERNELS = [
    Kernel(
        "lstm_s8__units_scalar",
        applies=_applies,
        pack=_pack,
        constants=gate_shifts,
        scratch_bytes=_scratch,
    )
]
