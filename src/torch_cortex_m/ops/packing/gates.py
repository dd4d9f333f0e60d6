"""What the kernels of recurrent layers share: the products of their gates, as they are packed.

A matrix has a row for each gate of each unit, gate by gate. Kernels want the gates of a unit side
by side, so that a unit is complete when its rows are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..base import Layer
from ..integers.accumulators import accumulator_ranges
from ..integers.requantization import LARGEST_SHIFT, folded_bias
from ..integers.sigmoid_table import SIGMOID_TABLE
from ..rules.recurrent import REQUANTIZATIONS
from .cmsis_nn import are_constant


@dataclass(frozen=True)
class GateProduct:
    """weight [units * gates, taps] int8, and bias [units * gates] int64 for inputs without an
    offset, the gates of a unit side by side. low, high: the sums that any input gives.
    multipliers, shifts: of each gate."""

    weight: np.ndarray
    bias: np.ndarray
    low: np.ndarray
    high: np.ndarray
    multipliers: np.ndarray
    shifts: np.ndarray

    def is_plain(self) -> bool:
        """Whether sums, shifted left by one and by their shift if that is positive, are small
        enough, and shifts to the right as well, that high words of products are exact."""
        largest = int(max(-self.low.min(), self.high.max()))
        return bool(
            (self.multipliers >= 0).all()
            and (self.shifts >= -LARGEST_SHIFT).all()
            and largest << (1 + max(int(self.shifts.max()), 0)) < 1 << 31
        )

    def shift_bytes(self) -> int:
        """The shifts of all gates in one number, which is a literal in C: the first in the lowest
        byte, int32."""
        return int.from_bytes(self.shifts.astype(np.int8).tobytes(), "little", signed=True)


def has_constant_gates(layer: Layer) -> bool:
    """Whether a recurrent layer's weights and what belongs to them are known ahead of time."""
    weights = ("input_weight", "recurrent_weight")
    return are_constant(layer, *weights, *layer.op.biases, *REQUANTIZATIONS)


def gate_products(layer: Layer) -> dict[str, GateProduct]:
    """Of the input and of the hidden values, by the name that their arguments begin with."""
    op, constants = layer.op, layer.constants
    recurrent_bias = constants.get("recurrent_bias")
    return {
        "input": gate_product(constants, "input", op.input_offset, constants["bias"]),
        "recurrent": gate_product(constants, "recurrent", -op.hidden_zero_point, recurrent_bias),
    }


def gate_shifts(layer: Layer) -> dict[str, int | float]:
    """The literals ``input_gate_shifts`` and ``recurrent_gate_shifts``."""
    found = gate_products(layer)
    return {f"{name}_gate_shifts": product.shift_bytes() for name, product in found.items()}


def gate_product(
    constants: Mapping[str, np.ndarray], kind: str, offset: int, bias: np.ndarray | None = None
) -> GateProduct:
    """Of the arguments ``<kind>_weight``, ``<kind>_multipliers`` and ``<kind>_shifts``; ``offset``
    is what is added to their inputs."""
    multipliers, shifts = constants[f"{kind}_multipliers"], constants[f"{kind}_shifts"]
    weight = by_unit(constants[f"{kind}_weight"], len(shifts))
    given = np.zeros(len(weight), np.int32) if bias is None else by_unit(bias, len(shifts))
    low, high = accumulator_ranges(weight, given, offset)
    folded = folded_bias(weight, given, offset)
    return GateProduct(weight, folded, low, high, multipliers, shifts)


def by_unit(rows: np.ndarray, gates: int) -> np.ndarray:
    """[gates * units, ...] -> [units * gates, ...]"""
    return rows.reshape(gates, -1, *rows.shape[1:]).swapaxes(0, 1).reshape(rows.shape)


def sigmoid_pairs() -> np.ndarray:
    """int32 [256]: an element of the table of sigmoid and tanh, and the next one in the high half;
    the last one twice."""
    table = SIGMOID_TABLE.astype(np.int64)
    return (table + (np.append(table[1:], table[-1]) << 16)).astype(np.int32)
