"""The exact reference of lstm on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8, INT16
from ..integers.torch_arithmetic import requantize, requantize_to
from ..rules.recurrent_torch import gate_sums, saturate, sigmoid, tanh, wide
from .op import Lstm


def reference(
    op: Lstm,
    input: Tensor,
    initial_hidden: Tensor,
    initial_cell: Tensor,
    input_weight: Tensor,
    recurrent_weight: Tensor,
    bias: Tensor,
    input_multipliers: Tensor,
    input_shifts: Tensor,
    recurrent_multipliers: Tensor,
    recurrent_shifts: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """[B, T, I] -> [B, T, S], [B, S], int16 [B, S]; see Lstm."""
    steps = input if op.time_major else input.transpose(0, 1)
    given = gate_sums(
        steps.to(torch.int64) + op.input_offset, input_weight, bias, input_multipliers, input_shifts
    )
    hidden, cell = initial_hidden, initial_cell.to(torch.int64)
    outputs: list[Tensor] = []
    for step in given:
        recurrent = gate_sums(
            hidden.to(torch.int64) - op.hidden_zero_point,
            recurrent_weight,
            torch.zeros_like(bias),
            recurrent_multipliers,
            recurrent_shifts,
        )
        products, cell = _step(op, saturate(step + recurrent), cell)
        hidden = _hidden(op, products, input.dtype)
        outputs.append(hidden)
    output = torch.stack(outputs, 0 if op.time_major else 1)
    return output, hidden.clone(), cell.to(torch.int16)


def _step(op: Lstm, gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """Gates [B, 4, S] and cell [B, S] -> o * tanh(c) in Q0.30 and the cell, int64 [B, S]."""
    i, f, o = (sigmoid(gates[:, gate]) for gate in (0, 1, 3))
    g = tanh(gates[:, 2], 3, 0)
    kept = saturate(requantize(f * cell, wide(1 << 30), wide(-14)))
    added = saturate(requantize(i * g, wide(op.cell_multiplier), wide(op.cell_shift)))
    clipped = torch.clamp(saturate(kept + added), -op.cell_clip, op.cell_clip)
    return o * tanh(clipped, *op.tanh_scaling()), clipped


def _hidden(op: Lstm, products: Tensor, dtype: torch.dtype) -> Tensor:
    multiplier, shift = wide(op.hidden_multiplier), wide(op.hidden_shift)
    ends = INT8 if dtype == torch.int8 else INT16
    return requantize_to(dtype, products, multiplier, shift, op.hidden_zero_point, *ends)
