"""Fields, checks and shape rules of recurrent layers: gates of an input and of a hidden state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT8, TensorType
from ..base import Layer, Op, TensorArgument
from ..integers.sigmoid_table import SIGMOID_TABLE
from .checks import check_multiplier
from .window import check_offset, check_rank

REQUANTIZATIONS = (
    "input_multipliers",
    "input_shifts",
    "recurrent_multipliers",
    "recurrent_shifts",
)
"""The arguments with an element for each gate."""

LEAST_STATE_POWER = -30


def gate_tensors(
    *biases: str, bias_dtypes: tuple[str, ...] = ("int32",)
) -> tuple[TensorArgument, ...]:
    """The weights of all gates, their biases and what takes their sums to int16."""
    return (
        TensorArgument("input_weight"),
        TensorArgument("recurrent_weight"),
        *(TensorArgument(name, bias_dtypes) for name in biases),
        *(TensorArgument(name, ("int32",)) for name in REQUANTIZATIONS),
    )


@dataclass(frozen=True, kw_only=True)
class RecurrentOp(Op):
    """Layer of S units over T steps, each with ``gates`` sums of input and hidden state.

    Tensors: input [B, T, I] int8, or [T, B, I] where ``time_major``; states [B, S]; input_weight
    [gates * S, I] and recurrent_weight [gates * S, S] int8, rows of the gates one behind the other;
    biases [gates * S] int32; input_multipliers, input_shifts, recurrent_multipliers and
    recurrent_shifts [gates] int32, which take each gate's two sums, with their biases, to int16.
    Outputs: output, the hidden values of all steps in the input's layout; then states.

    ``input_offset`` is -input zero point; ``hidden_zero_point`` is that of the hidden values, which
    ``hidden_multiplier`` and ``hidden_shift`` take to int8.
    """

    gates: ClassVar[int]
    states: ClassVar[tuple[str, ...]]
    biases: ClassVar[tuple[str, ...]] = ("bias",)
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "bias",
            *REQUANTIZATIONS,
            "input_offset",
            "hidden_zero_point",
            "hidden_multiplier",
            "hidden_shift",
        }
    )

    input_offset: int = 0
    hidden_zero_point: int = 0
    hidden_multiplier: int
    hidden_shift: int
    time_major: bool = False

    def __post_init__(self) -> None:
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "hidden_zero_point", self.hidden_zero_point, *INT8)
        check_multiplier(self, "hidden_", self.hidden_multiplier, self.hidden_shift)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        """The hidden values of all steps; operators with states add those."""
        first = self.states[0]
        check_rank(self, types, "input", 3)
        check_rank(self, types, first, 2)
        batches, steps, features = self._sizes(types)
        units = types[first].shape[1]
        rows = self.gates * units
        expected = {
            **dict.fromkeys(self.states, (batches, units)),
            "input_weight": (rows, features),
            "recurrent_weight": (rows, units),
            **dict.fromkeys(self.biases, (rows,)),
            **dict.fromkeys(REQUANTIZATIONS, (self.gates,)),
        }
        for name, shape in expected.items():
            self.expect(types[name].shape == shape, name, shape, types[name].shape)
        leading = (steps, batches) if self.time_major else (batches, steps)
        return (TensorType((*leading, units), types["input"].dtype),)

    def _sizes(self, types: Mapping[str, TensorType]) -> tuple[int, int, int]:
        """(batches, steps, features)"""
        first, second, features = types["input"].shape
        return (second, first, features) if self.time_major else (first, second, features)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        """The fields, the sizes, and how many rows lie from one batch or step to the next."""
        batches, steps, features = self._sizes(types)
        return super().constants(types) | {
            "batches": batches,
            "steps": steps,
            "batch_stride": 1 if self.time_major else steps,
            "step_stride": batches if self.time_major else 1,
            "input_size": features,
            "hidden_size": types[self.states[0]].shape[1],
        }

    def macs(self, types: Mapping[str, TensorType]) -> int:
        batches, steps, _ = self._sizes(types)
        weights = types["input_weight"].elements + types["recurrent_weight"].elements
        return batches * steps * weights


def check_state_power(op: Op, name: str, power: int) -> None:
    """The scale of an int16 state is a power of two."""
    check_offset(op, name, power, LEAST_STATE_POWER, 0)


def with_table(layer: Layer) -> dict[str, np.ndarray]:
    """The constants, and the table from which gates are interpolated."""
    return {**layer.constants, "sigmoid_table": SIGMOID_TABLE}
