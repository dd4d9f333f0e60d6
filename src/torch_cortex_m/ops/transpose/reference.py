"""The exact reference of transpose on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Transpose


def reference(op: Transpose, input: Tensor) -> Tensor:
    """int8 -> int8 with reordered dimensions, contiguous; see Transpose."""
    return input.permute(op.permutation).clone(memory_format=torch.contiguous_format)
