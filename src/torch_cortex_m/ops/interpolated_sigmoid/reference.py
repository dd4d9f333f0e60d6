"""The exact reference of interpolated_sigmoid on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.sigmoid_table import SIGMOID_TABLE
from .op import InterpolatedSigmoid

HALF = 1 << 24
LAST = len(SIGMOID_TABLE) - 1


def reference(op: InterpolatedSigmoid, input: Tensor) -> Tensor:
    """int16 -> int16 of the same shape; see InterpolatedSigmoid."""
    product = input.to(torch.int64) * op.multiplier
    scaled = (product + (1 << op.shift >> 1)) >> op.shift
    curve = _tanh if op.hyperbolic else _sigmoid
    return curve(scaled).to(torch.int16)


def _sigmoid(scaled: Tensor) -> Tensor:
    above = _interpolated(scaled.abs(), 9, 32767 * 1024 - HALF)
    return (HALF + (1 << 9) + _mirrored(scaled, above)) >> 10


def _tanh(scaled: Tensor) -> Tensor:
    tangent = _interpolated(scaled.abs(), 8, 32767 * 256)
    return ((1 << 7) + _mirrored(scaled, tangent)) >> 8


def _mirrored(scaled: Tensor, above: Tensor) -> Tensor:
    """Less by one below 0, so that both sides round alike."""
    return torch.where(scaled < 0, -1 - above, above)


def _interpolated(magnitude: Tensor, bits: int, largest: int) -> Tensor:
    """The table at magnitude / 2^bits in as many fractional bits more; ``largest`` beyond it."""
    table = magnitude.new_tensor(SIGMOID_TABLE.tolist())
    place = (magnitude >> bits).clamp(max=LAST - 1)
    rest = magnitude & ((1 << bits) - 1)
    between = (table[place] << bits) + rest * (table[place + 1] - table[place])
    return torch.where(magnitude >= LAST << bits, largest, between)
