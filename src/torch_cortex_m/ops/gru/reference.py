"""The exact reference of gru on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8
from ..integers.torch_arithmetic import requantize_to_int8
from ..rules.recurrent_torch import gate_sums, saturate, shift_right_up, sigmoid, tanh, wide
from .op import LEAST_POWER, Gru


def reference(
    op: Gru,
    input: Tensor,
    initial_state: Tensor,
    input_weight: Tensor,
    recurrent_weight: Tensor,
    bias: Tensor,
    recurrent_bias: Tensor,
    input_multipliers: Tensor,
    input_shifts: Tensor,
    recurrent_multipliers: Tensor,
    recurrent_shifts: Tensor,
) -> tuple[Tensor, Tensor]:
    """int8 [B, T, I], int16 [B, S] -> int8 [B, T, S], int16 [B, S]; see Gru."""
    steps = input if op.time_major else input.transpose(0, 1)
    given = gate_sums(
        steps.to(torch.int64) + op.input_offset, input_weight, bias, input_multipliers, input_shifts
    )
    state = initial_state.to(torch.int64)
    hidden = _hidden(op, state)
    outputs: list[Tensor] = []
    for step in given:
        recurrent = gate_sums(
            hidden.to(torch.int64) - op.hidden_zero_point,
            recurrent_weight,
            recurrent_bias,
            recurrent_multipliers,
            recurrent_shifts,
        )
        state = _step(op, step, recurrent, state)
        hidden = _hidden(op, state)
        outputs.append(hidden)
    return torch.stack(outputs, 0 if op.time_major else 1), state.to(torch.int16)


def _step(op: Gru, given: Tensor, recurrent: Tensor, state: Tensor) -> Tensor:
    """Sums of gates [B, 3, S] and state [B, S] -> state [B, S], int64."""
    r, z = (sigmoid(saturate(given[:, gate] + recurrent[:, gate])) for gate in (0, 1))
    n = tanh(saturate(given[:, 2] + shift_right_up(r * recurrent[:, 2], 15)), 3, 0)
    candidate = shift_right_up(n, op.state_power - LEAST_POWER)
    return candidate + shift_right_up(z * (state - candidate), 15)


def _hidden(op: Gru, state: Tensor) -> Tensor:
    multiplier, shift = wide(op.hidden_multiplier), wide(op.hidden_shift)
    return requantize_to_int8(state, multiplier, shift, op.hidden_zero_point, *INT8)
