"""Fixed point functions with the roundings of TensorFlow Lite's integer kernels (gemmlowp).

Qi.f stands for a number with i integer and f fractional bits, i + f = 31, held as an int64.
"""

from __future__ import annotations

import numpy as np

from .bounds import Array

LARGEST = (1 << 31) - 1
"""One in Q0.31, nearly."""
HALF_ROOT_OF_TWO = 1518500250  # sqrt(2) / 2 in Q0.31
THIRD = 715827883  # 1 / 3 in Q0.31
EXP_MINUS_EIGHTH = 1895147668  # exp(-1 / 8) in Q0.31
EXP_MINUS_POWERS = (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)
"""exp(-1/4), exp(-1/2), exp(-1), ..., exp(-16) in Q0.31."""


def multiply(a: Array | int, b: Array | int) -> Array:
    """round(a * b / 2^31), ties up."""
    return np.asarray((a * b + (1 << 30)) >> 31)


def shift_right(value: Array, shift: int) -> Array:
    """round(value / 2^shift), ties away from zero."""
    mask = (1 << shift) - 1
    return (value >> shift) + ((value & mask) > (mask >> 1) + (value < 0))


def saturate(value: Array, bits: int = 32) -> Array:
    """Within a signed integer of so many bits."""
    return np.clip(value, -(1 << (bits - 1)), (1 << (bits - 1)) - 1)


def logistic(value: Array) -> Array:
    """1 / (1 + exp(-value)) in Q0.31 of value in Q4.27."""
    positive = reciprocal_of_one_plus(exp_of_negative(-np.abs(value), 4))
    return np.where(value > 0, positive, np.where(value < 0, LARGEST - positive, 1 << 30))


def tanh(value: Array) -> Array:
    """tanh(value) in Q0.31 of value in Q4.27: (1 - x) / (1 + x) of x = exp(-2 |value|)."""
    denominator = exp_of_negative(-np.abs(value), 5)  # twice the value, as Q5.26 has the same bits
    positive = saturate((_newton(denominator) - (1 << 29)) << 2)
    return np.sign(value) * positive


def exp_of_negative(value: Array, integer_bits: int) -> Array:
    """exp(value) in Q0.31 of value <= 0 with so many integer bits: a polynomial on [-1/4, 0), then
    a factor for each power of two in the rest."""
    quarter = 29 - integer_bits
    in_quarter = (value & ((1 << quarter) - 1)) - (1 << quarter)
    rest = in_quarter - value
    x = (in_quarter << integer_bits) + (1 << 28)
    x2 = multiply(x, x)
    x4_over_4 = shift_right(multiply(x2, x2), 2)
    tail = shift_right(multiply(x4_over_4 + multiply(x2, x), THIRD) + x2, 1)
    result = EXP_MINUS_EIGHTH + multiply(x + tail, EXP_MINUS_EIGHTH)
    for bit, factor in enumerate(EXP_MINUS_POWERS[: integer_bits + 2], start=quarter):
        result = np.where((rest >> bit) & 1 == 1, multiply(result, factor), result)
    return np.where(value == 0, LARGEST, result)


def reciprocal_of_one_plus(value: Array) -> Array:
    """1 / (1 + value) in Q0.31 of value in [0, 1] in Q0.31."""
    return saturate(_newton(value) << 1)


def reciprocal_root(value: Array) -> tuple[Array, Array]:
    """(multiplier, shift) of 1 / sqrt(value), for values in [1, 2^29): five Newton steps in Q3.28.

    Source: TensorFlow Lite's GetInvSqrtQuantizedMultiplierExp.
    """
    pairs = (28 - np.frexp(value)[1] + 1) // 2
    half = ((value << (2 * pairs)) // 2 + 1) >> 1
    x = np.full_like(value, 1 << 28)
    for _ in range(5):
        cube = saturate(multiply(multiply(x, x), x) << 6)
        x = saturate((multiply(x, (1 << 28) + (1 << 27)) - multiply(half, cube)) << 3)
    right = 11 - pairs
    multipliers = multiply(x, HALF_ROOT_OF_TWO) << np.maximum(-right, 0)
    is_one = value == 1
    return np.where(is_one, LARGEST, multipliers), np.where(is_one, 0, -np.maximum(right, 0))


def _newton(value: Array) -> Array:
    """2 / (1 + value) in Q2.29: three steps from 48/17 - 32/17 * (1 + value) / 2."""
    half_denominator = (value + LARGEST + 1) >> 1
    x = 1515870810 + multiply(half_denominator, -1010580540)
    for _ in range(3):
        error = (1 << 29) - multiply(half_denominator, x)
        x = x + saturate(multiply(x, error) << 2)
    return x
