"""The exact reference of where on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Where


def reference(op: Where, condition: Tensor, input: Tensor, other: Tensor) -> Tensor:
    """bool, and two tensors of one type -> a tensor of that type, of the broadcast shape."""
    return torch.where(condition, input, other)
