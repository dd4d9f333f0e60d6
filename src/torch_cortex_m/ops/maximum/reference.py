"""The exact reference of maximum on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Maximum


def reference(op: Maximum, input: Tensor, other: Tensor) -> Tensor:
    """Two tensors of one type that broadcast together -> that type, the broadcast shape."""
    return torch.maximum(input, other)
