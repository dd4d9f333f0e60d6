"""The exact reference of cast on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..rules.integer_types import OUTPUTS
from .op import Cast


def reference(op: Cast, input: Tensor) -> Tensor:
    """bool, int8, int16 or int32 -> integers of the same shape; see Cast."""
    return input.to(getattr(torch, OUTPUTS[op.output_bytes]), copy=True)
