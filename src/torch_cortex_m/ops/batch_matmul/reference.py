"""The exact reference of batch_matmul on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8
from ..integers.torch_arithmetic import exact_float, requantize_to_int8
from .op import BatchMatmul


def reference(op: BatchMatmul, input: Tensor, other: Tensor) -> Tensor:
    """int8 matrices [..., M, K] and [..., K, N] -> [..., M, N] int8; see BatchMatmul."""
    left = input.transpose(-1, -2) if op.transpose_input else input
    right = other.transpose(-1, -2) if op.transpose_other else other
    dtype = exact_float(INT8.span**2 * left.shape[-1])
    products = torch.matmul(left.to(dtype) + op.input_offset, right.to(dtype) + op.other_offset)
    sums = products.to(torch.int64)
    multiplier, shift = sums.new_tensor(op.multiplier), sums.new_tensor(op.shift)
    return requantize_to_int8(
        sums, multiplier, shift, op.output_offset, op.activation_min, op.activation_max
    )
