"""The exact reference of batch_matmul on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8, INT16
from ..integers.torch_arithmetic import exact_float, requantize_to_int8, requantize_wide
from .op import BatchMatmul


def reference(op: BatchMatmul, input: Tensor, other: Tensor) -> Tensor:
    """Matrices [..., M, K] and [..., K, N] -> [..., M, N] of the same type; see BatchMatmul."""
    left = input.transpose(-1, -2) if op.transpose_input else input
    right = other.transpose(-1, -2) if op.transpose_other else other
    span = INT8.span if input.dtype == torch.int8 else INT16.span
    dtype = exact_float(span**2 * left.shape[-1])
    products = torch.matmul(left.to(dtype) + op.input_offset, right.to(dtype) + op.other_offset)
    sums = products.to(torch.int64)
    multiplier, shift = sums.new_tensor(op.multiplier), sums.new_tensor(op.shift)
    limits = op.activation_min, op.activation_max
    if input.dtype == torch.int16:
        return requantize_wide(sums, multiplier, shift).clamp(*limits).to(torch.int16)
    return requantize_to_int8(sums, multiplier, shift, op.output_offset, *limits)
