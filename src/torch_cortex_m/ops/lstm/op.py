"""lstm: long short-term memory over a sequence, int8 or int16 with an int16 cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, TensorArgument, for_dtype
from ..rules.checks import check_multiplier
from ..rules.recurrent import RecurrentOp, check_state_power, gate_tensors, with_table
from ..rules.window import check_offset
from .kernels_cmsis_nn import CMSIS_NN_KERNELS
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS

GATES = 4
NO_CLIP = 1 << 15

BIAS_DTYPES = {"int8": "int32", "int16": "int64"}
"""By the type of input and hidden values."""


@dataclass(frozen=True, kw_only=True)
class Lstm(RecurrentOp):
    """Layer of S units over T steps: for each step, with gates i, f, g, o of input and hidden h,

        c = sigmoid(f) * c + sigmoid(i) * tanh(g)        h = sigmoid(o) * tanh(c)

    Tensors: input [B, T, I] int8 or int16, or [T, B, I] where ``time_major``; initial_hidden [B, S]
    of the same type and initial_cell [B, S] int16, as before the first step; input_weight
    [4 * S, I] and recurrent_weight [4 * S, S] int8 and bias [4 * S] int32, int64 beside int16, rows
    of the gates in the order i, f, g, o; input_multipliers, input_shifts, recurrent_multipliers and
    recurrent_shifts [4] int32, which take each gate's two sums, the first with bias, to int16 in
    Q3.12.
    Outputs: output, h of all steps in the input's layout, hidden [B, S] and cell [B, S], as after
    the last step.

    ``input_offset`` is -input zero point; ``hidden_zero_point`` is that of h, before and after. The
    gates saturate to int16 and go through TensorFlow Lite's interpolated sigmoid and tanh to Q0.15.
    ``cell_multiplier`` and ``cell_shift`` take sigmoid(i) * tanh(g), in Q0.30, to the cell's scale,
    which tanh(c) takes for 2^``cell_power``; ``hidden_multiplier`` and ``hidden_shift`` take
    sigmoid(o) * tanh(c) to that of h. Then c is within ``cell_clip`` on both sides.
    int16 has zero points of 0, and the gates' sums have 64 bits, with multipliers of 16 bits and
    one rounding.
    Source: TFLite-Micro's UNIDIRECTIONAL_SEQUENCE_LSTM of int8 and int16; CMSIS-NN's
    arm_lstm_unidirectional_s8 and _s16.
    """

    name: ClassVar[str] = "lstm"
    gates: ClassVar[int] = GATES
    states: ClassVar[tuple[str, ...]] = ("initial_hidden", "initial_cell")
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input", tuple(BIAS_DTYPES)),
        TensorArgument("initial_hidden", tuple(BIAS_DTYPES)),
        TensorArgument("initial_cell", ("int16",)),
        *gate_tensors("bias", bias_dtypes=tuple(BIAS_DTYPES.values())),
    )
    outputs: ClassVar[tuple[str, ...]] = ("output", "hidden", "cell")
    quantization_data: ClassVar[frozenset[str]] = RecurrentOp.quantization_data | {
        "cell_power",
        "cell_multiplier",
        "cell_shift",
        "cell_clip",
    }

    cell_power: int
    cell_multiplier: int
    cell_shift: int
    cell_clip: int = NO_CLIP

    def __post_init__(self) -> None:
        super().__post_init__()
        check_state_power(self, "cell_power", self.cell_power)
        check_offset(self, "cell_clip", self.cell_clip, 0, NO_CLIP)
        check_multiplier(self, "cell_", self.cell_multiplier, self.cell_shift)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        (output,) = super().output_types(types)
        self._check_dtypes(types)
        shape = types["initial_hidden"].shape
        return output, TensorType(shape, output.dtype), TensorType(shape, "int16")

    def _check_dtypes(self, types: Mapping[str, TensorType]) -> None:
        dtype = types["input"].dtype
        for name, expected in (("initial_hidden", dtype), ("bias", BIAS_DTYPES[dtype])):
            found = types[name].dtype
            self.expect(found == expected, name, f"{expected} beside an input of {dtype}", found)
        if dtype == "int16":
            for name in ("input_offset", "hidden_zero_point"):
                value = getattr(self, name)
                self.expect(value == 0, name, "0 for int16", value)

    def tanh_scaling(self) -> tuple[int, int]:
        """(multiplier, right shift) from the cell to the table, whose places are 48ths in Q7.8."""
        left = 12 + self.cell_power
        return (3 << left, 0) if left >= 0 else (3, -left)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        """Those of every recurrent layer, and the scaling of ``tanh_scaling``."""
        tanh_multiplier, tanh_shift = self.tanh_scaling()
        scaling = {"tanh_multiplier": tanh_multiplier, "tanh_shift": tanh_shift}
        return super().constants(types) | scaling


OP = Lstm
KERNELS = [
    *for_dtype(
        "int8",
        [
            Kernel("lstm_s8__ref", pack=with_table),
            *SCALAR_KERNELS,
            *DSP_KERNELS,
            *MVE_KERNELS,
            *CMSIS_NN_KERNELS,
        ],
    ),
    Kernel("lstm_s16__ref", dtypes=("int16",), pack=with_table),
]
