"""The exact reference of sort on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Sort


def reference(op: Sort, input: Tensor) -> tuple[Tensor, Tensor]:
    """[..., N] -> [..., kept] of the same type and int32; see Sort."""
    values, indices = torch.sort(input, dim=-1, descending=op.descending, stable=True)
    return values[..., : op.kept].contiguous(), indices[..., : op.kept].to(torch.int32)
