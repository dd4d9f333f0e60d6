"""The exact reference of l2_normalization on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8, INT32
from ..integers.torch_arithmetic import doubling_high_multiply, requantize_to_int8
from .op import L2Normalization

HALF_ROOT_OF_TWO = 1518500250
THREE_HALVES = (1 << 28) + (1 << 27)
STEPS = 5


def reference(op: L2Normalization, input: Tensor) -> Tensor:
    """[..., N] int8 -> [..., N] int8; see L2Normalization."""
    values = input.to(torch.int64) + op.input_offset
    multipliers, shifts = _reciprocal_root((values**2).sum(-1, keepdim=True))
    return requantize_to_int8(values, multipliers, shifts + 7, 0, *INT8)


def _reciprocal_root(squares: Tensor) -> tuple[Tensor, Tensor]:
    """(multiplier, shift) of 1 / sqrt(squares), for int64 values in [0, 2^31)."""
    a, right = squares, torch.full_like(squares, 11)
    for _ in range(2):
        large = a >= 1 << 29
        a, right = torch.where(large, a // 4, a), right + large
    for _ in range(14):
        small = a < 1 << 27
        a, right = torch.where(small, a * 4, a), right - small.to(torch.int64)
    half = ((a >> 1) + 1) >> 1
    x = torch.full_like(a, 1 << 28)
    three_halves, half_root = (torch.full_like(a, v) for v in (THREE_HALVES, HALF_ROOT_OF_TWO))
    for _ in range(STEPS):
        cube = doubling_high_multiply(doubling_high_multiply(x, x), x) << 6
        first, second = doubling_high_multiply(x, three_halves), doubling_high_multiply(half, cube)
        x = (first - second) << 3
    multipliers = doubling_high_multiply(x, half_root) << (-right).clamp(min=0)
    tiny = squares <= 1
    shifts = torch.where(tiny, 0, -right.clamp(min=0))
    return torch.where(tiny, INT32.high, multipliers), shifts
