"""The exact reference of quantize on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Quantize


def reference(op: Quantize, input: Tensor) -> Tensor:
    """float32 -> int8 of the same shape; see Quantize."""
    rounded = torch.nan_to_num(torch.round(input * op.inverse_scale), nan=0.0)
    return torch.clamp(rounded + op.zero_point, -128, 127).to(torch.int8)
