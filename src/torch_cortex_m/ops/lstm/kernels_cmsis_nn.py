"""lstm by CMSIS-NN after 7.0.0: before, it began each call without a state."""

from __future__ import annotations

import numpy as np

from ...ir import limits
from ..base import Kernel, Layer
from ..integers.requantization import requantized, wrapped
from ..packing.cmsis_nn import PROVIDER
from ..packing.gates import gate_products, has_constant_gates

INT16 = limits("int16")

AFTER_7_0_0 = "arm_convolve_s8_get_buffer_size_mve"
"""A function that version 7.0.0 does not have yet."""


def _computes(layer: Layer) -> bool:
    """CMSIS-NN saturates sums of two terms where lstm saturates the second of them, too."""
    op = layer.op
    if not has_constant_gates(layer) or op.cell_clip == 0:
        return False
    recurrent = gate_products(layer)["recurrent"]
    gates = len(recurrent.shifts)
    sums = np.stack([recurrent.low, recurrent.high]).reshape(2, -1, gates)
    scaled = [
        requantized(wrapped(sums[..., gate]), int(multiplier), int(shift))
        for gate, (multiplier, shift) in enumerate(
            zip(recurrent.multipliers, recurrent.shifts, strict=True)
        )
    ]
    added = requantized(np.array([-(1 << 30), 1 << 30]), op.cell_multiplier, op.cell_shift)
    reached = np.concatenate([np.ravel(scaled), added])
    return recurrent.is_plain() and bool(reached.min() >= INT16.low and reached.max() <= INT16.high)


def _pack(layer: Layer) -> dict[str, np.ndarray]:
    """The constants, and the biases with the offsets' share."""
    found = gate_products(layer)
    biases = {
        f"{name}_bias": wrapped(each.bias.reshape(-1, len(each.shifts)).T.reshape(-1))
        for name, each in found.items()
    }
    return {**layer.constants, **biases}


def _scratch(layer: Layer) -> int:
    """Two values of int16 a unit."""
    return 4 * layer.types["initial_hidden"].elements


CMSIS_NN_KERNELS = [
    Kernel(
        "lstm_s8__cmsis_nn",
        applies=_computes,
        pack=_pack,
        scratch_bytes=_scratch,
        provider=PROVIDER,
        symbols=("arm_lstm_unidirectional_s8", AFTER_7_0_0),
    )
]
