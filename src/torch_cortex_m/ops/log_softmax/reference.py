"""The exact reference of log_softmax on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from .op import EXPONENTIAL_BITS, LOGARITHM_BITS, LogSoftmax

FRACTION_BITS = 30


def reference(op: LogSoftmax, input: Tensor) -> Tensor:
    """[..., N] int8 -> [..., N] int8; see LogSoftmax."""
    values = input.to(torch.int64)
    differences = values - values.amax(-1, keepdim=True)
    exponentials = torch.tensor(op.exponentials, device=input.device)
    logarithms = _logarithm(exponentials[-differences].sum(-1, keepdim=True))
    scaled = differences * op.input_factor - logarithms * op.logarithm_factor
    results = ((scaled + (1 << (op.shift - 1))) >> op.shift) + op.output_offset
    return results.clamp(op.activation_min, op.activation_max).to(torch.int8)


def _logarithm(value: Tensor) -> Tensor:
    """2^16 * log2(value / 2^19), rounded down, of values in [2^19, 2^32)."""
    exponents = torch.zeros_like(value)
    for bits in (16, 8, 4, 2, 1):
        large = value >> exponents >= 1 << bits
        exponents = exponents + torch.where(large, bits, 0)
    left, right = FRACTION_BITS - exponents, exponents - FRACTION_BITS
    fractions = (value << left.clamp(min=0)) >> right.clamp(min=0)
    logarithms = exponents - EXPONENTIAL_BITS
    for _ in range(LOGARITHM_BITS):
        fractions = (fractions * fractions) >> FRACTION_BITS
        is_set = (fractions >> (FRACTION_BITS + 1)) & 1
        fractions = fractions >> is_set
        logarithms = 2 * logarithms + is_set
    return logarithms
