"""lstm on cores with the DSP extension (Cortex-M4, M7, M33)."""

from __future__ import annotations

import numpy as np

from ..base import Kernel, Layer
from ..packing.gates import sigmoid_pairs
from ..packing.gates_dsp import column_words, vector_form, vector_stream
from .packing import gate_shifts, has_constant_weights, products

UNITS = 8
"""As in lstm_s8__units_dsp.h."""


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    packed = {"sigmoid_pairs": sigmoid_pairs()}
    for name, product in products(layer).items():
        packed[f"{name}_stream"] = vector_stream(product)
        packed[f"{name}_multipliers"] = product.multipliers
    return packed


def _constants(layer: Layer) -> dict[str, int | float]:
    values = gate_shifts(layer)
    for name, product in products(layer).items():
        values[f"{name}_form"] = vector_form(product)
        values[f"{name}_is_plain"] = int(product.is_plain())
    return values


def _scratch(layer: Layer) -> int:
    """The sums of some units, and both vectors as columns."""
    lengths = [layer.types[f"{name}_weight"].shape[1] for name in ("input", "recurrent")]
    return 4 * (2 * 4 * UNITS + sum(map(column_words, lengths)))


DSP_KERNELS = [
    Kernel(
        "lstm_s8__units_dsp",
        needs=frozenset({"dsp"}),
        applies=has_constant_weights,
        pack=_pack,
        constants=_constants,
        scratch_bytes=_scratch,
    )
]
