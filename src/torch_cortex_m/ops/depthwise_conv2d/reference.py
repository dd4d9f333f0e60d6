"""The exact reference of depthwise_conv2d on torch tensors."""

from __future__ import annotations

from torch import Tensor

from ..integers.torch_arithmetic import requantize_to_int8
from ..integers.torch_convolution import accumulate
from .op import DepthwiseConv2d


def reference(
    op: DepthwiseConv2d,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    multipliers: Tensor,
    shifts: Tensor,
) -> Tensor:
    """[N, H, W, C_in] int8 -> [N, H_out, W_out, C_out] int8; see DepthwiseConv2d."""
    weight_oihw = weight.permute(3, 0, 1, 2)
    sums = accumulate(op, input, weight_oihw, bias, op.input_offset, groups=input.shape[3])
    return requantize_to_int8(
        sums, multipliers, shifts, op.output_offset, op.activation_min, op.activation_max
    )
