"""gru: gated recurrent units over a sequence, int8 with an int16 state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ...ir import TensorType
from ..base import Kernel, Layer, TensorArgument
from ..rules.recurrent import RecurrentOp, gate_tensors, with_table
from ..rules.window import check_offset
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS

LEAST_POWER = -15


@dataclass(frozen=True, kw_only=True)
class Gru(RecurrentOp):
    """Layer of S units over T steps: for each step, with sums W of its input and U of the hidden
    values h, each with its bias, of the gates r, z, n,

        n = tanh(W_n + sigmoid(W_r + U_r) * U_n)        h = n + sigmoid(W_z + U_z) * (h - n)

    Tensors: input [B, T, I] int8, or [T, B, I] where ``time_major``; initial_state [B, S] int16, h
    before the first step; input_weight [3 * S, I] and recurrent_weight [3 * S, S] int8, bias and
    recurrent_bias [3 * S] int32, rows of the gates in the order r, z, n; input_multipliers,
    input_shifts, recurrent_multipliers and recurrent_shifts [3] int32, which take each gate's two
    sums to int16 in Q3.12.
    Outputs: output, h of all steps as int8 in the input's layout, and state [B, S] int16, h behind
    the last one.

    h is kept in int16 of scale 2^``state_power``, so that a small step of it is not lost;
    ``hidden_multiplier`` and ``hidden_shift`` take it to int8 with ``hidden_zero_point``, for the
    output and for U. ``input_offset`` is -input zero point. Gates saturate to int16 and go through
    TensorFlow Lite's interpolated sigmoid and tanh to Q0.15.
    Source: docs/recurrent.md; the formula is torch.nn.GRU's.
    """

    name: ClassVar[str] = "gru"
    gates: ClassVar[int] = 3
    states: ClassVar[tuple[str, ...]] = ("initial_state",)
    biases: ClassVar[tuple[str, ...]] = ("bias", "recurrent_bias")
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input"),
        TensorArgument("initial_state", ("int16",)),
        *gate_tensors("bias", "recurrent_bias"),
    )
    outputs: ClassVar[tuple[str, ...]] = ("output", "state")
    quantization_data: ClassVar[frozenset[str]] = RecurrentOp.quantization_data | {
        "recurrent_bias",
        "state_power",
    }

    state_power: int = LEAST_POWER

    def __post_init__(self) -> None:
        super().__post_init__()
        check_offset(self, "state_power", self.state_power, LEAST_POWER, 0)

    def output_types(self, types: Mapping[str, TensorType]) -> tuple[TensorType, ...]:
        state = TensorType(types["initial_state"].shape, "int16")
        return (*super().output_types(types), state)

    def constants(self, types: Mapping[str, TensorType]) -> dict[str, int | float]:
        """Those of every recurrent layer, and the right shift from Q0.15 to the state."""
        shift = self.state_power - LEAST_POWER
        return super().constants(types) | {"candidate_shift": shift}


def _scratch_bytes(layer: Layer) -> int:
    """The initial state as int8, of one batch."""
    return layer.types["initial_state"].shape[1]


OP = Gru
KERNELS = [
    Kernel("gru_s8__ref", scratch_bytes=_scratch_bytes, pack=with_table),
    *SCALAR_KERNELS,
    *DSP_KERNELS,
    *MVE_KERNELS,
]
