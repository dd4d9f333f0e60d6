"""What the references of recurrent layers share: sums of gates, and interpolated functions."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8, INT16
from ..integers.sigmoid_table import SIGMOID_TABLE
from ..integers.torch_arithmetic import exact_float, requantize, requantize_wide, wrap_int32

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
    """int64 [..., K] without zero point -> int16 values as int64 [..., gates, S].

    The bias is int32 beside values of int8 and int64 beside those of int16, whose sums have 64 bits
    and are requantized with multipliers of 16 bits."""
    is_wide = bias.dtype == torch.int64
    dtype = exact_float((INT16 if is_wide else INT8).span * INT8.span * weight.shape[1])
    sums = torch.nn.functional.linear(values.to(dtype), weight.to(dtype)).to(torch.int64) + bias
    gates = sums.reshape(*sums.shape[:-1], len(multipliers), -1)
    multiplier, shift = (each.to(torch.int64).unsqueeze(-1) for each in (multipliers, shifts))
    if is_wide:
        return saturate(requantize_wide(gates, multiplier, shift))
    return saturate(requantize(wrap_int32(gates), multiplier, shift))


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
