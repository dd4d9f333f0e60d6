"""The exact reference of linear on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8
from ..integers.torch_arithmetic import exact_float, requantize_to_int8, wrap_int32
from .op import Linear


def reference(
    op: Linear,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    multipliers: Tensor,
    shifts: Tensor,
) -> Tensor:
    """[..., K] int8 -> [..., N] int8; see Linear."""
    dtype = exact_float(INT8.span**2 * weight.shape[1])
    values = input.to(dtype) + op.input_offset
    taps = weight.to(dtype) + op.weight_offset
    sums = torch.nn.functional.linear(values, taps).to(torch.int64)
    if bias is not None:
        sums = sums + bias.to(torch.int64)
    return requantize_to_int8(
        wrap_int32(sums),
        multipliers,
        shifts,
        op.output_offset,
        op.activation_min,
        op.activation_max,
    )
