"""The exact reference of div on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import doubling_high_multiply, rounding_shift_right
from .op import Div, reciprocals


def reference(op: Div, input: Tensor, other: Tensor) -> Tensor:
    """Two int8 tensors that broadcast together -> int8 of the broadcast shape; see Div."""
    dividend, divisor = torch.broadcast_tensors(
        input.to(torch.int64) + op.input_offset, other.to(torch.int64) + op.other_offset
    )
    quotients = _quotients(op, dividend * divisor.sign(), divisor.abs()) + op.output_offset
    ends = torch.where(dividend < 0, op.activation_min, op.activation_max)
    quotients = torch.where((divisor == 0) & (dividend != 0), ends, quotients)
    return quotients.clamp(op.activation_min, op.activation_max).to(torch.int8)


def _quotients(op: Div, dividend: Tensor, divisor: Tensor) -> Tensor:
    """dividend / divisor in the output's scale, 0 where the divisor is."""
    negative = dividend < 0
    headroom = torch.where(negative, 32 - _bits(-2 * dividend - 1), 31 - _bits(dividend))
    inverse = torch.from_numpy(reciprocals()).to(dividend.device, torch.int64)[divisor]
    quotient = doubling_high_multiply(dividend << headroom, inverse)
    right = headroom + _bits(divisor) - 1 - op.shift
    scaled = doubling_high_multiply(quotient, quotient.new_tensor(op.multiplier))
    shifted = rounding_shift_right(scaled, right.clamp(0, 31))
    return torch.where((right > 31) | (divisor == 0), 0, shifted)


def _bits(value: Tensor) -> Tensor:
    """The number of bits of values from 0 to 511."""
    powers = 1 << torch.arange(9, dtype=torch.int64, device=value.device)
    return (value.unsqueeze(-1) >= powers).sum(-1)
