"""What the references of recurrent layers share: sums of gates, and interpolated functions."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8, limits
from ..integers.sigmoid_table import SIGMOID_TABLE
from ..integers.torch_arithmetic import exact_float, requantize, wrap_int32

INT16 = limits("int16")

HALF = 1 << 24
"""1/2 in as many fractional bits as interpolated values of sigmoid have."""


def wide(value: int) -> Tensor:
    return torch.tensor(value, dtype=torch.int64)


def saturate(value: Tensor) -> Tensor:
    return torch.clamp(value, *INT16)


def shift_right_up(value: Tensor, shift: int) -> Tensor:
    """round(value / 2^shift), ties up."""
    return (value + ((1 << shift) >> 1)) >> shift


def gate_sums(
    values: Tensor, weight: Tensor, bias: Tensor, multipliers: Tensor, shifts: Tensor
) -> Tensor:
    """int64 [..., K] without zero point -> int16 values as int64 [..., gates, S]."""
    dtype = exact_float(INT8.span**2 * weight.shape[1])
    sums = torch.nn.functional.linear(values.to(dtype), weight.to(dtype)).to(torch.int64)
    gates = wrap_int32(sums + bias).reshape(*sums.shape[:-1], len(multipliers), -1)
    multiplier, shift = (each.to(torch.int64).unsqueeze(-1) for each in (multipliers, shifts))
    return saturate(requantize(gates, multiplier, shift))


def sigmoid(value: Tensor) -> Tensor:
    """In Q0.15 of a value in Q3.12."""
    part = _interpolated(3 * value.abs(), 9)
    return (torch.where(value < 0, -1 - part, part) + HALF + 512) >> 10


def tanh(value: Tensor, multiplier: int, shift: int) -> Tensor:
    """In Q0.15; value * multiplier / 2^shift is 48 times the real value in 8 fractional bits."""
    scaled = shift_right_up(value * multiplier, shift)
    magnitude = scaled.abs()
    part = _interpolated(magnitude.clamp(max=255 * 256 - 1), 8)
    part = torch.where(magnitude >= 255 * 256, 32767 * 256, part)
    return (torch.where(scaled < 0, -1 - part, part) + 128) >> 8


def _interpolated(magnitude: Tensor, bits: int) -> Tensor:
    """The table at magnitude / 2^bits, in as many fractional bits more."""
    table = torch.from_numpy(SIGMOID_TABLE.astype("int64")).to(magnitude.device)
    place, rest = magnitude >> bits, magnitude & ((1 << bits) - 1)
    return (table[place] << bits) + rest * (table[place + 1] - table[place])
