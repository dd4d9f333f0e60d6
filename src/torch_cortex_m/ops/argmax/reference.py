"""The exact reference of argmax on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import Argmax


def reference(op: Argmax, input: Tensor) -> Tensor:
    """[outer, count, inner] int8 -> [outer, inner] int32 or int64; see Argmax."""
    values = input.to(torch.int64) if op.largest else -input.to(torch.int64)
    count = values.shape[1]
    places = torch.arange(count, device=input.device).flip(0).reshape(1, count, 1)
    first = (values * count + places).argmax(1)  # no two are equal
    return first.to(torch.int64 if op.wide else torch.int32)
