"""The exact reference of conv2d on torch tensors."""

from __future__ import annotations

from torch import Tensor

from ..integers.torch_arithmetic import requantize_to_int8
from ..integers.torch_convolution import accumulate
from .op import Conv2d


def reference(
    op: Conv2d,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    multipliers: Tensor,
    shifts: Tensor,
) -> Tensor:
    """[N, H, W, C_in] int8 -> [N, H_out, W_out, C_out] int8; see Conv2d."""
    weight_oihw = weight.permute(0, 3, 1, 2)
    sums = accumulate(op, input, weight_oihw, bias, op.input_offset, op.groups)
    return requantize_to_int8(
        sums, multipliers, shifts, op.output_offset, op.activation_min, op.activation_max
    )
