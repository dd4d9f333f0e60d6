"""The exact reference of log_softmax on torch tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from ..integers.torch_arithmetic import doubling_high_multiply, rounding_shift_right
from .op import LogSoftmax

LARGEST = (1 << 31) - 1
LOG_2 = 1488522236
ROOT_OF_HALF, FOURTH_ROOT_OF_HALF = 1518500250, 1805811301
CUBIC, SQUARE, LINEAR, CONSTANT = 117049297, 127690142, 638450708, 1057819769
"""Of the fraction of polynomials that stands for a logarithm. All in Q0.31."""

LOG_2_Q26 = 46516320


def reference(op: LogSoftmax, input: Tensor) -> Tensor:
    """[..., N] int8 -> [..., N] int8; see LogSoftmax."""
    values = input.to(torch.int64)
    differences = values.amax(-1, keepdim=True) - values
    exponentials = torch.tensor(op.exponentials, device=input.device)
    steps = torch.tensor(op.steps, device=input.device)
    logarithms = _logarithm(exponentials[differences].sum(-1, keepdim=True))
    scaled = steps[differences] - (logarithms * op.logarithm_factor >> 30)
    results = rounding_shift_right(scaled, scaled.new_tensor(op.shift)) + op.output_offset
    return results.clamp(op.activation_min, op.activation_max).to(torch.int8)


def _logarithm(sums: Tensor) -> Tensor:
    """Q5.26 of Q12.19 in [1, 8192); half of what has more than 31 bits."""
    large = sums >= 1 << 31
    return _logarithm_q12(torch.where(large, sums >> 1, sums)) + torch.where(large, LOG_2_Q26, 0)


def _logarithm_q12(value: Tensor) -> Tensor:
    """Source: gemmlowp's fixed point numbers in TensorFlow Lite's
    log_x_for_x_greater_than_or_equal_to_1: a power of two or of sqrt(2), and a fraction of
    polynomials for the rest in [sqrt(1/2), 1)."""
    zeros, turned = _leading_zeros(value), _multiply(value, ROOT_OF_HALF)
    turned_zeros = _leading_zeros(turned)
    first = _doubled(_multiply(value << (zeros - 1), ROOT_OF_HALF))
    second = (value << (turned_zeros - 1)).clamp(max=LARGEST)
    quarter = 1 << 23
    powers = torch.maximum(
        ((12 - zeros) << 25) + quarter, ((12 - (turned_zeros - 1)) << 25) - quarter
    )
    rest = torch.minimum(first, second)
    return (_multiply(powers, LOG_2) + _logarithm_of_rest(rest)) << 1


def _logarithm_of_rest(value: Tensor) -> Tensor:
    """Q6.25 of Q0.31, without the logarithm of the fourth root of 1/2."""
    half_sum = (value + FOURTH_ROOT_OF_HALF + 1) >> 1
    x = (value - FOURTH_ROOT_OF_HALF) * 2
    x2 = _multiply(x, x)
    numerator = _multiply(x, value) + _multiply(_multiply(x, x2), CUBIC)
    denominator = _multiply(half_sum, CONSTANT + x + _multiply(x2, SQUARE)) + _multiply(x, LINEAR)
    shifted = rounding_shift_right(numerator, numerator.new_tensor(6))
    return _multiply(shifted, _reciprocal_of_one_plus(denominator))


def _reciprocal_of_one_plus(value: Tensor) -> Tensor:
    """1 / (1 + value) in Q0.31: three Newton steps in Q2.29."""
    half = (value + LARGEST + 1) >> 1
    x = 1515870810 + _multiply(half, -1010580540)
    for _ in range(3):
        error = (1 << 29) - _multiply(half, x)
        x = x + (_multiply(x, error) << 2)
    return _doubled(x)


def _doubled(value: Tensor) -> Tensor:
    return (value << 1).clamp(max=LARGEST)


def _leading_zeros(value: Tensor) -> Tensor:
    """Of the 32-bit representation; value in [0, 2^32)."""
    powers = 1 << torch.arange(32, dtype=torch.int64, device=value.device)
    return (value.unsqueeze(-1) < powers).sum(-1)


def _multiply(a: Tensor, b: Tensor | int) -> Tensor:
    return doubling_high_multiply(a, torch.as_tensor(b, dtype=torch.int64, device=a.device))
