"""The exact reference of slice on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Slice


def reference(op: Slice, input: Tensor) -> Tensor:
    """See Slice."""
    for axis, (begin, size, step) in enumerate(zip(op.begin, op.size, op.steps, strict=True)):
        indices = begin + step * torch.arange(size, device=input.device)
        input = input.index_select(axis, indices)
    return input.clone(memory_format=torch.contiguous_format)
