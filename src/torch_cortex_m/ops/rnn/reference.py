"""The exact reference of rnn on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8
from ..integers.torch_arithmetic import requantize_to_int8
from ..rules.recurrent_torch import gate_sums, saturate, tanh, wide
from .op import Rnn


def reference(
    op: Rnn,
    input: Tensor,
    initial_hidden: Tensor,
    input_weight: Tensor,
    recurrent_weight: Tensor,
    bias: Tensor,
    input_multipliers: Tensor,
    input_shifts: Tensor,
    recurrent_multipliers: Tensor,
    recurrent_shifts: Tensor,
) -> Tensor:
    """int8 [B, T, I], int8 [B, S] -> int8 [B, T, S]; see Rnn."""
    steps = input if op.time_major else input.transpose(0, 1)
    given = gate_sums(
        steps.to(torch.int64) + op.input_offset, input_weight, bias, input_multipliers, input_shifts
    )
    hidden = initial_hidden
    outputs: list[Tensor] = []
    for step in given:
        recurrent = gate_sums(
            hidden.to(torch.int64) - op.hidden_zero_point,
            recurrent_weight,
            torch.zeros_like(bias),
            recurrent_multipliers,
            recurrent_shifts,
        )
        sums = saturate(step + recurrent)[:, 0]
        active = sums.clamp(min=0) if op.relu else tanh(sums, 3, 0)
        multiplier, shift = wide(op.hidden_multiplier), wide(op.hidden_shift)
        hidden = requantize_to_int8(active, multiplier, shift, op.hidden_zero_point, *INT8)
        outputs.append(hidden)
    return torch.stack(outputs, 0 if op.time_major else 1)
