"""The exact reference of quotient on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Quotient


def reference(op: Quotient, input: Tensor) -> Tensor:
    """int32 -> int8 of the same shape; see Quotient."""
    values, half = input.to(torch.int64), op.divisor // 2
    away = torch.sign(values) * ((values.abs() + half) // op.divisor)
    up = torch.div(values + half, op.divisor, rounding_mode="floor")
    return (up if op.ties_up else away).clamp(op.activation_min, op.activation_max).to(torch.int8)
