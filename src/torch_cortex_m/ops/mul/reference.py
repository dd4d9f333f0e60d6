"""The exact reference of mul on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import requantize_to_int8
from .op import Mul


def reference(op: Mul, input: Tensor, other: Tensor) -> Tensor:
    """Two int8 tensors that broadcast together -> int8 of the broadcast shape; see Mul."""
    first, second = input.to(torch.int64), other.to(torch.int64)
    products = (first + op.input_offset) * (second + op.other_offset)
    multiplier, shift = products.new_tensor(op.multiplier), products.new_tensor(op.shift)
    return requantize_to_int8(
        products, multiplier, shift, op.output_offset, op.activation_min, op.activation_max
    )
