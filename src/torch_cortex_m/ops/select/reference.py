"""The exact reference of select on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Select


def reference(op: Select, condition: Tensor, input: Tensor, other: Tensor) -> Tensor:
    """bool, and two tensors of one type -> a tensor of that type, of the broadcast shape."""
    return torch.where(condition, input, other)
