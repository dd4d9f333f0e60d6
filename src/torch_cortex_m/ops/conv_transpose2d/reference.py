"""The exact reference of conv_transpose2d on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import exact_float
from ..integers.torch_convolution import exact_backends, largest_sum
from ..rules.weighted_sum_torch import output_of_sums
from .op import ConvTranspose2d


def reference(
    op: ConvTranspose2d,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    multipliers: Tensor,
    shifts: Tensor,
) -> Tensor:
    """[N, H, W, C_in] -> [N, H_out, W_out, C_out] of the same type; see ConvTranspose2d."""
    dtype = exact_float(largest_sum(input, weight[0].numel()))
    values = (input.to(dtype) + op.input_offset).permute(0, 3, 1, 2)
    grouped = weight.to(dtype).reshape(op.groups, -1, *weight.shape[1:])
    taps = grouped.permute(0, 4, 1, 2, 3).flatten(0, 1)
    with exact_backends(values.shape[1]):
        full = torch.nn.functional.conv_transpose2d(
            values, taps, stride=op.stride, dilation=op.dilation, groups=op.groups
        )
    sums = _cut(op, full).permute(0, 2, 3, 1).to(torch.int64)
    return output_of_sums(op, input.dtype, sums, bias, multipliers, shifts)


def _cut(op: ConvTranspose2d, full: Tensor) -> Tensor:
    """The outputs that are wanted, with zeros beyond those that inputs reach."""
    (top, left), (height, width) = op.padding, op.output_size
    bottom, right = (
        max(first + size - reached, 0)
        for first, size, reached in zip(op.padding, op.output_size, full.shape[2:], strict=True)
    )
    padded = torch.nn.functional.pad(full, (0, right, 0, bottom))
    return padded[:, :, top : top + height, left : left + width]
