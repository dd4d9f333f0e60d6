"""The exact reference of interpolated_softmax on torch tensors."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ...ir import INT16
from ..integers.softmax_tables import EXPONENTIALS, RECIPROCALS, STEPS
from ..integers.torch_arithmetic import requantize
from .op import InterpolatedSoftmax

STEP_BITS = 7
"""Of int16 values between two places of a table."""


def reference(op: InterpolatedSoftmax, input: Tensor) -> Tensor:
    """[..., N] int16 -> [..., N] int16; see InterpolatedSoftmax."""
    values = input.to(torch.int64)
    differences = values - values.amax(-1, keepdim=True)
    multiplier, shift = values.new_tensor(op.multiplier), values.new_tensor(op.shift)
    scaled = requantize(differences, multiplier, shift) + INT16.high
    exponentials = _looked_up(EXPONENTIALS, scaled)
    sums = exponentials.sum(-1, keepdim=True)

    bits = _bits(sums)
    mantissas = ((sums << (31 - bits)) + (1 << 13)) >> 14
    reciprocals = _looked_up(RECIPROCALS, mantissas - (1 << 16) - (1 << 15))
    right = bits - 1
    products = (exponentials * reciprocals + (torch.ones_like(right) << (right - 1))) >> right
    return products.clamp(0, INT16.high).to(torch.int16)


def _looked_up(table: np.ndarray, values: Tensor) -> Tensor:
    """The table at values from -2^15 to 2^15 - 1, which others count as, in steps of 2^7."""
    entries = values.new_tensor(table.tolist())
    values = values.clamp(*INT16)
    place, rest = (values >> STEP_BITS) + STEPS // 2, values & ((1 << STEP_BITS) - 1)
    products = (entries[place + 1] - entries[place]) * rest
    return entries[place] + ((products + (1 << STEP_BITS >> 1)) >> STEP_BITS)


def _bits(values: Tensor) -> Tensor:
    """Of positive numbers below 2^32: without leading zeros."""
    powers = 1 << torch.arange(32, dtype=torch.int64, device=values.device)
    return (values.unsqueeze(-1) >= powers).sum(-1)
