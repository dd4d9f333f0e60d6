"""lstm: long short-term memory over a sequence, int8 with an int16 cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ...ir import INT8, TensorType
from ..base import Kernel, Layer, Op, TensorArgument
from ..integers.sigmoid_table import SIGMOID_TABLE
from ..rules.checks import check_multiplier
from ..rules.window import check_offset, check_rank
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS

GATES = 4
NO_CLIP = 1 << 15
LEAST_CELL_POWER = -30

REQUANTIZATIONS = (
    "input_multipliers",
    "input_shifts",
    "recurrent_multipliers",
    "recurrent_shifts",
)
"""The arguments with an element for each gate."""


@dataclass(frozen=True, kw_only=True)
class Lstm(Op):
    """Layer of S units over T steps: for each step, with gates i, f, g, o of input and hidden h,

        c = sigmoid(f) * c + sigmoid(i) * tanh(g)        h = sigmoid(o) * tanh(c)

    Tensors: input [B, T, I] int8, or [T, B, I] where ``time_major``; initial_hidden [B, S] int8 and
    initial_cell [B, S] int16, as before the first step; input_weight [4 * S, I] and
    recurrent_weight [4 * S, S] int8 and bias [4 * S] int32, rows of the gates in the order i, f, g,
    o; input_multipliers, input_shifts, recurrent_multipliers and recurrent_shifts [4] int32, which
    take each gate's two sums, the first with bias, to int16 in Q3.12.
    Outputs: output, h of all steps in the input's layout, hidden [B, S] and cell [B, S], as after
    the last step.

    ``input_offset`` is -input zero point; ``hidden_zero_point`` is that of h, before and after. The
    gates saturate to int16 and go through TensorFlow Lite's interpolated sigmoid and tanh to Q0.15.
    ``cell_multiplier`` and ``cell_shift`` take sigmoid(i) * tanh(g), in Q0.30, to the cell's scale,
    which tanh(c) takes for 2^``cell_power``; ``hidden_multiplier`` and ``hidden_shift`` take
    sigmoid(o) * tanh(c) to that of h. Then c is within ``cell_clip`` on both sides.
    Source: TFLite-Micro's UNIDIRECTIONAL_SEQUENCE_LSTM of int8; CMSIS-NN's
    arm_lstm_unidirectional_s8.
    """

    name: ClassVar[str] = "lstm"
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input"),
        TensorArgument("initial_hidden"),
        TensorArgument("initial_cell", ("int16",)),
        TensorArgument("input_weight"),
        TensorArgument("recurrent_weight"),
        TensorArgument("bias", ("int32",)),
        *(TensorArgument(name, ("int32",)) for name in REQUANTIZATIONS),
    )
    outputs: ClassVar[tuple[str, ...]] = ("output", "hidden", "cell")
    quantization_data: ClassVar[frozenset[str]] = frozenset(
        {
            "bias",
            *REQUANTIZATIONS,
            "input_offset",
            "hidden_zero_point",
            "cell_power",
            "cell_multiplier",
            "cell_shift",
            "cell_clip",
            "hidden_multiplier",
            "hidden_shift",
        }
    )

    input_offset: int = 0
    hidden_zero_point: int = 0
    cell_power: int
    cell_multiplier: int
    cell_shift: int
    cell_clip: int = NO_CLIP
    hidden_multiplier: int
    hidden_shift: int
    time_major: bool = False

    def __post_init__(self) -> None:
        check_offset(self, "input_offset", self.input_offset, *INT8.negated())
        check_offset(self, "hidden_zero_point", self.hidden_zero_point, *INT8)
        check_offset(self, "cell_power", self.cell_power, LEAST_CELL_POWER, 0)
        check_offset(self, "cell_clip", self.cell_clip, 0, NO_CLIP)
        check_multiplier(self, "cell_", self.cell_multiplier, self.cell_shift)
        check_multiplier(self, "hidden_", self.hidden_multiplier, self.hidden_shift)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        check_rank(self, types, "input", 3)
        check_rank(self, types, "initial_hidden", 2)
        batches, steps, features = self._sizes(types)
        units = types["initial_hidden"].shape[1]
        expected = {
            "initial_hidden": (batches, units),
            "initial_cell": (batches, units),
            "input_weight": (GATES * units, features),
            "recurrent_weight": (GATES * units, units),
            "bias": (GATES * units,),
        }
        for name, shape in (expected | dict.fromkeys(REQUANTIZATIONS, (GATES,))).items():
            self.expect(types[name].shape == shape, name, shape, types[name].shape)
        leading = (steps, batches) if self.time_major else (batches, steps)
        state = (batches, units)
        return TensorType((*leading, units)), TensorType(state), TensorType(state, "int16")

    def _sizes(self, types: Mapping[str, TensorType]) -> tuple[int, int, int]:
        """(batches, steps, features)"""
        first, second, features = types["input"].shape
        return (second, first, features) if self.time_major else (first, second, features)

    def tanh_scaling(self) -> tuple[int, int]:
        """(multiplier, right shift) from the cell to the table, whose places are 48ths in Q7.8."""
        left = 12 + self.cell_power
        return (3 << left, 0) if left >= 0 else (3, -left)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        """The fields, the sizes, how many rows lie from one batch or step to the next, and the
        scaling of ``tanh_scaling``."""
        batches, steps, features = self._sizes(types)
        tanh_multiplier, tanh_shift = self.tanh_scaling()
        return super().constants(types) | {
            "batches": batches,
            "steps": steps,
            "batch_stride": 1 if self.time_major else steps,
            "step_stride": batches if self.time_major else 1,
            "input_size": features,
            "hidden_size": types["initial_hidden"].shape[1],
            "tanh_multiplier": tanh_multiplier,
            "tanh_shift": tanh_shift,
        }

    def macs(self, types: Mapping[str, TensorType]) -> int:
        batches, steps, _ = self._sizes(types)
        weights = types["input_weight"].elements + types["recurrent_weight"].elements
        return batches * steps * weights


def _with_table(layer: Layer) -> dict[str, np.ndarray]:
    return {**layer.constants, "sigmoid_table": SIGMOID_TABLE}


OP = Lstm
KERNELS = [
    Kernel("lstm_s8__ref", pack=_with_table),
    *SCALAR_KERNELS,
    *DSP_KERNELS,
    *MVE_KERNELS,
    *CMSIS_NN_KERNELS,
]
