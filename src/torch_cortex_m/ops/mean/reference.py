"""The exact reference of mean on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize_to
from .op import Mean


def reference(op: Mean, input: Tensor) -> Tensor:
    """[outer, count, inner] -> [outer, inner] of the same type; see Mean."""
    sums = (input.to(torch.int64) + op.input_offset).sum(1)
    multiplier, shift = sums.new_tensor(op.multiplier), sums.new_tensor(op.shift)
    limits = op.activation_min, op.activation_max
    return requantize_to(input.dtype, sums, multiplier, shift, op.output_offset, *limits)
