"""Plain models of the integer arithmetic: Python integers and fractions, one value at a time."""

from __future__ import annotations

import math
from fractions import Fraction

from torch_cortex_m.ops.softmax.op import Softmax


def wrap(value: int) -> int:
    """The signed integer that the low 32 bits are."""
    return int.from_bytes((value % (1 << 32)).to_bytes(4, "little"), "little", signed=True)


def round_ties_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def round_ties_away(value: Fraction) -> int:
    magnitude = math.floor(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def high_product(a: int, b: int) -> int:
    return round_ties_up(Fraction(a * b, 1 << 31))


def requantize_model(value: int, multiplier: int, shift: int) -> int:
    shifted = wrap(value * (1 << max(shift, 0)))
    product = wrap(high_product(shifted, multiplier))
    return round_ties_away(Fraction(product, 1 << max(-shift, 0)))


def exp_model(value: int) -> int:
    """exp of value / 2^26, value <= 0, as a 31-bit fraction: exp(-1/8) times a Taylor polynomial
    of degree 4 in the last quarter, then a factor for each power of two."""
    if value == 0:
        return (1 << 31) - 1
    quarters, rest = divmod(value, 1 << 24)
    x = (rest - (1 << 24)) * 32 + (1 << 28)
    x2 = high_product(x, x)
    x4_over_4 = round_ties_away(Fraction(high_product(x2, x2), 4))
    third = round(Fraction(1 << 31, 3))
    sixth = high_product(x4_over_4 + high_product(x2, x), third) + x2
    factor = round(math.exp(-1 / 8) * (1 << 31))
    result = factor + high_product(factor, x + round_ties_away(Fraction(sixth, 2)))
    for power in range(7):
        if (-quarters - 1) >> power & 1:
            result = high_product(result, round(math.exp(-(2.0 ** (power - 2))) * (1 << 31)))
    return result


def reciprocal_model(denominator: int) -> int:
    """2^61 / denominator in effect, at most 2^31 - 1: Newton's method with 29 fractional bits."""
    x = round(Fraction(48 << 29, 17)) + high_product(denominator, round(Fraction(-32 << 29, 17)))
    for _ in range(3):
        x += 4 * high_product(x, (1 << 29) - high_product(denominator, x))
    return min(2 * x, (1 << 31) - 1)


def softmax_model(op: Softmax, row: list[int]) -> list[int]:
    differences = [value - max(row) for value in row]
    exponentials = [
        exp_model(high_product(d << op.input_left_shift, op.input_multiplier))
        if d >= op.diff_min
        else 0
        for d in differences
    ]
    total = sum(round_ties_away(Fraction(value, 1 << 12)) for value in exponentials)
    bits = total.bit_length()
    reciprocal = reciprocal_model((total << (32 - bits)) >> 1)
    shares = [
        round_ties_away(Fraction(high_product(reciprocal, value), 1 << (bits + 3)))
        for value in exponentials
    ]
    return [min(share - 128, 127) for share in shares]
