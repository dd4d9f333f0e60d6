"""The exact reference of variance on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_roots import reciprocal_root
from .op import Variance


def reference(op: Variance, input: Tensor) -> Tensor:
    """[outer, count, inner] int8 -> [outer, inner] int8; see Variance."""
    values = input.to(torch.int64) + op.input_offset
    squares = (values**2).sum(1)
    if op.centered:
        squares = values.shape[1] * squares - values.sum(1) ** 2
    roots, exponents = reciprocal_root(squares)
    fractions = (squares << (2 * exponents)) >> 30
    scaled = (fractions * roots) >> 31 if op.root else fractions
    right = 31 - op.shift + (exponents if op.root else 2 * exponents - 30)
    products = (((scaled * op.multiplier) >> (right.clamp(1, 63) - 1)) + 1) >> 1
    results = torch.where(squares == 0, 0, products).clamp(max=256) + op.output_offset
    return results.clamp(op.activation_min, op.activation_max).to(torch.int8)
