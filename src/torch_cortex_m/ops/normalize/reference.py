"""The exact reference of normalize on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import BIAS_BITS, SCORE_BITS, Normalize

STEPS = 4
"""Of Newton's iteration: from an error of 1/10 to one of 2^-28 and less."""


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


def reciprocal_root(value: Tensor) -> tuple[Tensor, Tensor]:
    """(root, exponent) of int64 values in [1, 2^62): 1 / sqrt(value) is root * 2^(exponent - 61),
    with root in [2^30, 2^31]. For 0, whatever comes.

    Value * 4^exponent is in [2^60, 2^62). Newton's iteration x * (3 - a * x^2) / 2, where a, a
    fraction in [1/4, 1), has the upper 32 of these bits, begins at 2.2 - 1.25 a.
    """
    exponents = torch.zeros_like(value)
    for step in (16, 8, 4, 2, 1):
        small = value < 1 << (62 - 2 * step)
        value = torch.where(small, value << (2 * step), value)
        exponents = exponents + torch.where(small, step, 0)
    a = value >> 30
    x = 2362232012 - ((1342177280 * a) >> 32)
    for _ in range(STEPS):
        squared = (((x * x) >> 30) * a) >> 32
        x = (x * ((3 << 30) - squared)) >> 31
    return x, exponents
