"""The integer accumulation that the references of both convolutions share."""

from __future__ import annotations

import torch
from torch import Tensor

from .integer_torch import wrap_int32
from .window import WindowFields


def accumulate(
    fields: WindowFields,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    input_offset: int,
    groups: int,
) -> Tensor:
    """Exact int64 accumulators [N, H_out, W_out, C_out], wrapped to 32 bits.

    input [N, H, W, C_in] int8, weight [C_out, C_in / groups, KH, KW] int8, bias [C_out] int32.

    Floating point is exact here: every partial sum is an integer of at most
    255 * 128 * KH * KW * C_in / groups, below 2^24 for float32 or 2^53 for float64.
    """
    largest_sum = 255 * 128 * weight[0].numel()
    dtype = torch.float32 if largest_sum < 1 << 24 else torch.float64
    top, left, bottom, right = fields.padding
    shifted = (input.to(dtype) + input_offset).permute(0, 3, 1, 2)
    padded = torch.nn.functional.pad(shifted, (left, right, top, bottom))
    sums = torch.nn.functional.conv2d(
        padded,
        weight.to(dtype),
        stride=tuple(fields.stride),
        dilation=tuple(fields.dilation),
        groups=groups,
    )
    sums = sums.permute(0, 2, 3, 1).to(torch.int64)
    return sums if bias is None else wrap_int32(sums + bias.to(torch.int64))
