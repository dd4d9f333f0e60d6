"""The exact reference of lstm on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8, limits
from ..integers.sigmoid_table import SIGMOID_TABLE
from ..integers.torch_arithmetic import (
    exact_float,
    requantize,
    requantize_to_int8,
    wrap_int32,
)
from .op import GATES, Lstm

INT16 = limits("int16")

HALF = 1 << 24
"""1/2 in as many fractional bits as interpolated values of sigmoid have."""


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
    """int8 [B, T, I] -> int8 [B, T, S], int8 [B, S], int16 [B, S]; see Lstm."""
    steps = input if op.time_major else input.transpose(0, 1)
    given = _gate_sums(
        steps.to(torch.int64) + op.input_offset, input_weight, bias, input_multipliers, input_shifts
    )
    hidden, cell = initial_hidden, initial_cell.to(torch.int64)
    outputs: list[Tensor] = []
    for step in given:
        recurrent = _gate_sums(
            hidden.to(torch.int64) - op.hidden_zero_point,
            recurrent_weight,
            torch.zeros_like(bias),
            recurrent_multipliers,
            recurrent_shifts,
        )
        hidden, cell = _step(op, _saturate(step + recurrent), cell)
        outputs.append(hidden)
    output = torch.stack(outputs, 0 if op.time_major else 1)
    return output, hidden.clone(), cell.to(torch.int16)


def _wide(value: int) -> Tensor:
    return torch.tensor(value, dtype=torch.int64)


def _gate_sums(
    values: Tensor, weight: Tensor, bias: Tensor, multipliers: Tensor, shifts: Tensor
) -> Tensor:
    """int64 [..., K] -> int16 values as int64 [..., 4, S]."""
    dtype = exact_float(INT8.span**2 * weight.shape[1])
    sums = torch.nn.functional.linear(values.to(dtype), weight.to(dtype)).to(torch.int64)
    gates = wrap_int32(sums + bias).reshape(*sums.shape[:-1], GATES, -1)
    multiplier, shift = (each.to(torch.int64).unsqueeze(-1) for each in (multipliers, shifts))
    return _saturate(requantize(gates, multiplier, shift))


def _step(op: Lstm, gates: Tensor, cell: Tensor) -> tuple[Tensor, Tensor]:
    """Gates [B, 4, S] and cell [B, S] -> hidden int8 and cell int64 [B, S]."""
    i, f, o = (_sigmoid(gates[:, gate]) for gate in (0, 1, 3))
    g = _tanh(gates[:, 2], 3, 0)
    kept = _saturate(requantize(f * cell, _wide(1 << 30), _wide(-14)))
    added = _saturate(requantize(i * g, _wide(op.cell_multiplier), _wide(op.cell_shift)))
    clipped = torch.clamp(_saturate(kept + added), -op.cell_clip, op.cell_clip)
    products = o * _tanh(clipped, *op.tanh_scaling())
    multiplier, shift = _wide(op.hidden_multiplier), _wide(op.hidden_shift)
    hidden = requantize_to_int8(products, multiplier, shift, op.hidden_zero_point, *INT8)
    return hidden, clipped


def _saturate(value: Tensor) -> Tensor:
    return torch.clamp(value, *INT16)


def _sigmoid(value: Tensor) -> Tensor:
    """In Q0.15 of a value in Q3.12."""
    part = _interpolated(3 * value.abs(), 9)
    return (torch.where(value < 0, -1 - part, part) + HALF + 512) >> 10


def _tanh(value: Tensor, multiplier: int, shift: int) -> Tensor:
    """In Q0.15; value * multiplier / 2^shift is 48 times the real value in 8 fractional bits."""
    scaled = (value * multiplier + ((1 << shift) >> 1)) >> shift
    magnitude = scaled.abs()
    part = _interpolated(magnitude.clamp(max=255 * 256 - 1), 8)
    part = torch.where(magnitude >= 255 * 256, 32767 * 256, part)
    return (torch.where(scaled < 0, -1 - part, part) + 128) >> 8


def _interpolated(magnitude: Tensor, bits: int) -> Tensor:
    """The table at magnitude / 2^bits, in as many fractional bits more."""
    table = torch.from_numpy(SIGMOID_TABLE.astype("int64")).to(magnitude.device)
    place, rest = magnitude >> bits, magnitude & ((1 << bits) - 1)
    return (table[place] << bits) + rest * (table[place + 1] - table[place])
