"""The exact reference of mean on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize_to_int8
from .op import Mean


def reference(op: Mean, input: Tensor) -> Tensor:
    """[outer, count, inner] int8 -> [outer, inner] int8; see Mean."""
    sums = (input.to(torch.int64) + op.input_offset).sum(1)
    multiplier, shift = sums.new_tensor(op.multiplier), sums.new_tensor(op.shift)
    return requantize_to_int8(
        sums, multiplier, shift, op.output_offset, op.activation_min, op.activation_max
    )
