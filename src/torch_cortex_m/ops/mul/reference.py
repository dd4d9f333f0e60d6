"""The exact reference of mul on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize_to, wrap_int32
from .op import Mul


def reference(op: Mul, input: Tensor, other: Tensor) -> Tensor:
    """Two tensors of one type -> that type, the broadcast shape; see Mul."""
    first, second = input.to(torch.int64), other.to(torch.int64)
    products = wrap_int32((first + op.input_offset) * (second + op.other_offset))
    multiplier, shift = products.new_tensor(op.multiplier), products.new_tensor(op.shift)
    limits = op.activation_min, op.activation_max
    return requantize_to(input.dtype, products, multiplier, shift, op.output_offset, *limits)
