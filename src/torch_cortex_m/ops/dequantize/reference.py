"""The exact reference of dequantize on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Dequantize


def reference(op: Dequantize, input: Tensor) -> Tensor:
    """int8 or int16 -> float32 of the same shape; see Dequantize."""
    return (input.to(torch.float32) - op.zero_point) * op.scale
