"""The exact reference of integer_sum on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import wrap_int32
from .op import IntegerSum


def reference(op: IntegerSum, input: Tensor) -> Tensor:
    """[outer, count, inner] bool or int32 -> [outer, inner] int32; see IntegerSum."""
    return wrap_int32(input.to(torch.int64).sum(1)).to(torch.int32)
