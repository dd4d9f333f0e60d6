"""The exact reference of to_float on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import ToFloat


def reference(op: ToFloat, input: Tensor) -> Tensor:
    """See ToFloat."""
    return input.to(torch.float32)
