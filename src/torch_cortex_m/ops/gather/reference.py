"""The exact reference of gather on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Gather


def reference(op: Gather, input: Tensor, indices: Tensor) -> Tensor:
    """See Gather."""
    inside = indices.to(torch.int64).clamp(0, input.shape[op.axis] - 1)
    return input.index_select(op.axis, inside)
