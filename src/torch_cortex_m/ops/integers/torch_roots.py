"""Exact integer reciprocal square roots on torch tensors, as csrc/portable/tcm_root.h has them."""

from __future__ import annotations

import torch
from torch import Tensor

STEPS = 4
"""Of Newton's iteration: from an error of 1/10 to one of 2^-28 and less."""


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
