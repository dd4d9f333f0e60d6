"""The exact reference of normalize on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_roots import reciprocal_root
from .op import BIAS_BITS, SCORE_BITS, Normalize


def reference(
    op: Normalize, input: Tensor, multipliers: Tensor | None, bias: Tensor | None
) -> Tensor:
    """[batches, places, groups, channels] int8 -> the same shape, int8; see Normalize."""
    values = input.to(torch.int64) + op.input_offset
    squares, deviations = (values**2).sum((1, 3), keepdim=True), values
    if op.centered:
        count = values.shape[1] * values.shape[3]
        sums = values.sum((1, 3), keepdim=True)
        squares = count * squares - sums**2
        deviations = count * values - sums
    roots, exponents = reciprocal_root((squares << op.epsilon_bits) + op.epsilon)
    lost = 61 - SCORE_BITS[op.centered] - exponents - op.epsilon_bits // 2
    scores = (deviations * roots) >> lost.clamp(min=0)
    scores = torch.where(squares == 0, 0, scores)
    factors = op.multiplier if multipliers is None else multipliers.to(torch.int64)
    products = (scores * factors) >> (SCORE_BITS[op.centered] + op.shift - BIAS_BITS)
    shifted = products + (1 << (BIAS_BITS - 1))
    if bias is not None:
        shifted = shifted + bias.to(torch.int64)
    outputs = (shifted >> BIAS_BITS) + op.output_offset
    return outputs.clamp(op.activation_min, op.activation_max).to(torch.int8)
