"""The exact reference of quantize on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Quantize


def reference(op: Quantize, input: Tensor) -> Tensor:
    """float32 -> int8 or int16 of the same shape; see Quantize."""
    dtype = torch.int8 if op.output_bytes == 1 else torch.int16
    if op.ties_away:
        scaled = input / input.new_tensor(op.scale)
        half = torch.where(torch.signbit(scaled), -0.5, 0.5)
        # Beyond 2^23 every float32 is an integer, and half added would round.
        rounded = torch.where(scaled.abs() < 2.0**23, torch.trunc(scaled.double() + half), scaled)
    else:
        rounded = torch.round(input * op.inverse_scale)
    rounded = torch.nan_to_num(rounded, nan=0.0)
    return torch.clamp(rounded + op.zero_point, *op.limits).to(dtype)
