"""The exact reference of minimum on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Minimum


def reference(op: Minimum, input: Tensor, other: Tensor) -> Tensor:
    """Two tensors of one type that broadcast together -> that type, the broadcast shape."""
    return torch.minimum(input, other)
