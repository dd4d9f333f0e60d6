"""Exact integer arithmetic on torch tensors, on any device: what the references are built from."""

from __future__ import annotations

import torch
from torch import Tensor


def exact_float(largest_sum: int) -> torch.dtype:
    """The fastest floating-point type in which integers up to ``largest_sum`` add exactly.

    Integer matrix products and convolutions are slow or missing in torch. In floating point they
    are exact as long as every partial sum is below 2^24 (float32) or 2^53 (float64).
    """
    return torch.float32 if largest_sum < 1 << 24 else torch.float64


def doubling_high_multiply(a: Tensor, b: Tensor) -> Tensor:
    """round(a * b / 2^31), ties up; int64 in and out, |a|, |b| < 2^31."""
    return (a * b + (1 << 30)) >> 31


def rounding_shift_right(value: Tensor, shift: Tensor) -> Tensor:
    """round(value / 2^shift), ties away from zero; int64, shift in [0, 31]."""
    mask = (torch.ones_like(shift) << shift) - 1
    threshold = (mask >> 1) + (value < 0)
    return (value >> shift) + ((value & mask) > threshold)


def wrap_int32(value: Tensor) -> Tensor:
    """int64 -> the int64 that the low 32 bits are in two's complement."""
    return ((value + (1 << 31)) & 0xFFFFFFFF) - (1 << 31)


def requantize(value: Tensor, multiplier: Tensor, shift: Tensor) -> Tensor:
    """value * multiplier * 2^(shift - 31) with two roundings, as CMSIS-NN computes it by default.

    All int64; multiplier and shift broadcast against value. A positive shift wraps at 32 bits.
    """
    zero = torch.zeros_like(shift)
    left = torch.maximum(shift, zero)
    right = torch.maximum(-shift, zero)
    shifted = wrap_int32(value << left)
    return rounding_shift_right(wrap_int32(doubling_high_multiply(shifted, multiplier)), right)


def requantize_to_int8(
    value: Tensor, multiplier: Tensor, shift: Tensor, offset: int, low: int, high: int
) -> Tensor:
    """``requantize``, add ``offset``, clamp to [low, high], cast to int8."""
    return requantize_to(torch.int8, value, multiplier, shift, offset, low, high)


def requantize_to(
    dtype: torch.dtype,
    value: Tensor,
    multiplier: Tensor,
    shift: Tensor,
    offset: int,
    low: int,
    high: int,
) -> Tensor:
    """``requantize_to_int8`` for any type."""
    scaled = requantize(value, multiplier.to(torch.int64), shift.to(torch.int64))
    return torch.clamp(wrap_int32(scaled + offset), low, high).to(dtype)


def requantize_wide(value: Tensor, multiplier: Tensor, shift: Tensor) -> Tensor:
    """value * multiplier * 2^(shift - 31), the multiplier rounded to 16 bits, ties up; wraps at 32
    bits.

    All int64; |value| < 2^47, shift in [-31, 7]. Source: TensorFlow Lite's
    MultiplyByQuantizedMultiplier of an int64.
    """
    reduced = torch.clamp((multiplier + (1 << 15)) >> 16, max=(1 << 15) - 1)
    right = 15 - shift
    return wrap_int32((value * reduced + (torch.ones_like(shift) << (right - 1))) >> right)
