"""The exact reference of running_sum on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import wrap_int32
from .op import RunningSum


def reference(op: RunningSum, sums: Tensor, newest: Tensor, oldest: Tensor | None = None) -> Tensor:
    """int32 [outer, inner], one or two of int8 [outer, ..., inner] -> int32; see RunningSum."""
    change = _sums(newest) - (0 if oldest is None else _sums(oldest))
    return wrap_int32(sums.to(torch.int64) + change).to(torch.int32)


def _sums(values: Tensor) -> Tensor:
    return values.to(torch.int64).flatten(1, -2).sum(1)
