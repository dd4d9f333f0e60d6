"""The exact reference of softmax on torch tensors.

Qi.f stands for a fixed point number with i integer and f fractional bits, held as an integer.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ...ir import INT8, limits
from ..integers.torch_arithmetic import doubling_high_multiply, rounding_shift_right, wrap_int32
from .op import Softmax

LARGEST = (1 << 31) - 1
THIRD = 715827883  # 1 / 3 in Q0.31
EXP_MINUS_EIGHTH = 1895147668  # exp(-1 / 8) in Q0.31
EXP_MINUS_POWERS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
"""exp(-1/4), exp(-1/2), exp(-1), ..., exp(-16) in Q0.31."""


def reference(op: Softmax, input: Tensor, mask: Tensor | None = None) -> Tensor:
    """[..., N] int8 -> [..., N] int8 or int16; see Softmax."""
    values = input.to(torch.int64)
    left_out = torch.zeros_like(input, dtype=torch.bool) if mask is None else mask
    values = torch.where(left_out, INT8.low, values)
    differences = values - values.amax(-1, keepdim=True)
    multiplier = values.new_tensor(op.input_multiplier)
    scaled = doubling_high_multiply(wrap_int32(differences << op.input_left_shift), multiplier)
    counts = (differences >= op.diff_min) & ~left_out
    exponentials = torch.where(counts, _exp_of_negative(scaled), 0)
    sums = _shift_right(exponentials, 12).sum(-1, keepdim=True)

    headroom = _leading_zeros(sums)
    reciprocals = _reciprocal((sums << headroom) >> 1)
    products = doubling_high_multiply(reciprocals, exponentials)
    dtype = f"int{op.output_bits}"
    low, high = limits(dtype)
    scaled = rounding_shift_right(products, 43 - op.output_bits - headroom)
    return torch.clamp(scaled + low, low, high).to(getattr(torch, dtype))


def _exp_of_negative(value: Tensor) -> Tensor:
    """exp(value) in Q0.31 of value <= 0 in Q5.26: a polynomial on [-1/4, 0), then a factor for
    each power of two in the rest."""
    in_quarter = (value & ((1 << 24) - 1)) - (1 << 24)
    rest = in_quarter - value
    x = (in_quarter << 5) + (1 << 28)
    x2 = _multiply(x, x)
    x4_over_4 = _shift_right(_multiply(x2, x2), 2)
    tail = _shift_right(_multiply(x4_over_4 + _multiply(x2, x), THIRD) + x2, 1)
    result = EXP_MINUS_EIGHTH + _multiply(x + tail, EXP_MINUS_EIGHTH)
    for bit, factor in enumerate(EXP_MINUS_POWERS, start=24):
        result = torch.where((rest >> bit) & 1 == 1, _multiply(result, factor), result)
    return torch.where(value == 0, LARGEST, result)


def _reciprocal(denominator: Tensor) -> Tensor:
    """1 / (2 * denominator) in Q0.31, denominator in [1/2, 1) in Q0.31: three Newton steps from
    48/17 - 32/17 * denominator, in Q2.29."""
    x = 1515870810 + _multiply(denominator, -1010580540)
    for _ in range(3):
        error = (1 << 29) - doubling_high_multiply(denominator, x)
        x = x + (doubling_high_multiply(x, error) << 2)
    return torch.clamp(x << 1, max=LARGEST)


def _leading_zeros(value: Tensor) -> Tensor:
    """Of the 32-bit representation; value in [0, 2^32)."""
    powers = 1 << torch.arange(32, dtype=torch.int64, device=value.device)
    return (value.unsqueeze(-1) < powers).sum(-1)


def _multiply(a: Tensor, b: Tensor | int) -> Tensor:
    return doubling_high_multiply(a, torch.as_tensor(b, dtype=torch.int64, device=a.device))


def _shift_right(value: Tensor, shift: int) -> Tensor:
    return rounding_shift_right(value, value.new_tensor(shift))
