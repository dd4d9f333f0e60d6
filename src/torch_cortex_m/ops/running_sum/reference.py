"""The exact reference of running_sum on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import wrap_int32
from .op import RunningSum


def reference(op: RunningSum, sums: Tensor, newest: Tensor, oldest: Tensor) -> Tensor:
    """int32 [outer, inner] and two of int8 [outer, count, inner] -> int32; see RunningSum."""
    change = newest.to(torch.int64).sum(1) - oldest.to(torch.int64).sum(1)
    return wrap_int32(sums.to(torch.int64) + change).to(torch.int32)
