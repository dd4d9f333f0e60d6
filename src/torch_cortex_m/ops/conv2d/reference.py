"""The exact reference of conv2d on torch tensors."""

from __future__ import annotations

from torch import Tensor

from ..integers.torch_convolution import weighted_sums
from ..rules.weighted_sum_torch import output_of_sums
from .op import Conv2d


def reference(
    op: Conv2d,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    multipliers: Tensor,
    shifts: Tensor,
) -> Tensor:
    """[N, H, W, C_in] -> [N, H_out, W_out, C_out] of the same type; see Conv2d."""
    sums = weighted_sums(op, input, weight.permute(0, 3, 1, 2), op.input_offset, op.groups)
    return output_of_sums(op, input.dtype, sums, bias, multipliers, shifts)
