"""rnn: a layer of plain recurrent units over a sequence, int8."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..base import Kernel, TensorArgument
from ..rules.recurrent import RecurrentOp, gate_tensors, with_table
from .kernels_dsp import DSP_KERNELS
from .kernels_mve import MVE_KERNELS
from .kernels_scalar import SCALAR_KERNELS


@dataclass(frozen=True, kw_only=True)
class Rnn(RecurrentOp):
    """Layer of S units over T steps: h = tanh(W + U) for each, or with ``relu`` max(W + U, 0), of
    sums W of its input, with bias, and U of the hidden values h.

    Tensors: input [B, T, I] int8, or [T, B, I] where ``time_major``; initial_hidden [B, S] int8, h
    before the first step; input_weight [S, I] and recurrent_weight [S, S] int8 and bias [S] int32;
    input_multipliers, input_shifts, recurrent_multipliers and recurrent_shifts [1] int32, which
    take both sums to int16: in Q3.12 for tanh, which is TensorFlow Lite's interpolated one and
    gives Q0.15. ``hidden_multiplier`` and ``hidden_shift`` take what the function gives to int8.
    Output: h of all steps in the input's layout.

    ``input_offset`` is -input zero point; ``hidden_zero_point`` is that of h, before and behind.
    Source: docs/recurrent.md; the formula is torch.nn.RNN's.
    """

    name: ClassVar[str] = "rnn"
    gates: ClassVar[int] = 1
    states: ClassVar[tuple[str, ...]] = ("initial_hidden",)
    tensors: ClassVar[tuple[TensorArgument, ...]] = (
        TensorArgument("input"),
        TensorArgument("initial_hidden"),
        *gate_tensors("bias"),
    )

    relu: bool = False


OP = Rnn
KERNELS = [
    Kernel("rnn_s8__ref", pack=with_table),
    *SCALAR_KERNELS,
    *DSP_KERNELS,
    *MVE_KERNELS,
]
