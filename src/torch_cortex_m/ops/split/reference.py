"""The exact reference of split on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Split


def reference(op: Split, input: Tensor) -> tuple[Tensor, Tensor]:
    """Copies of both parts; see Split."""
    rest = input.shape[op.axis] - op.size
    first, second = torch.split(input, [op.size, rest], op.axis)
    return first.clone(), second.clone()
