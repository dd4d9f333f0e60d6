"""mul as one multiplication of the product: where that is exact, kernels need no requantization.

The output is limit(floor((factor * product + addend) / 2^shift)) with constants that give the
operator's output for the product of each of the 65536 pairs of int8: they are searched for, and
checked on all products.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from ...ir import INT8, INT32
from ..integers.bounds import Array

LARGEST_SHIFT, LEAST_SHIFT = 24, 2
NOWHERE = 1 << 62


@dataclass(frozen=True)
class LinearForm:
    """The constants of the form; intermediate sums stay within int32."""

    factor: int
    addend: int
    shift: int


@cache
def linear_form(op: Any) -> LinearForm | None:
    """Constants that give the operator's output for all pairs, or None."""
    products, outputs = _outputs(op)
    for shift in range(LARGEST_SHIFT, LEAST_SHIFT - 1, -1):
        low = np.where(outputs > op.activation_min, outputs << shift, -NOWHERE)
        high = np.where(outputs < op.activation_max, ((outputs + 1) << shift) - 1, NOWHERE)
        for factor in _factors(op, shift):
            scaled = factor * products
            reach = int(np.abs(scaled).max()) + (1 << shift)
            least = max(int((low - scaled).max()), reach - INT32.high)
            most = min(int((high - scaled).min()), INT32.high - reach)
            if least <= most:
                return LinearForm(factor, (least + most) // 2, shift)
    return None


def _outputs(op: Any) -> tuple[Array, Array]:
    """Every product that two int8 operands can have, and the output for it."""
    values = np.arange(INT8.low, INT8.high + 1)
    first, second = np.meshgrid(values, values)
    products = (first + op.input_offset) * (second + op.other_offset)
    unique, places = np.unique(products, return_index=True)
    outputs = op.results(first.reshape(-1)[places], second.reshape(-1)[places])
    return unique, outputs.astype(np.int64)


def _factors(op: Any, shift: int) -> Iterator[int]:
    """The real factor times 2^shift, and slightly larger ones: ties round away from zero, outwards,
    as everything does that is made a little larger."""
    real = math.ldexp(op.multiplier, op.shift - 31 + shift)
    if abs(real) < 1 << 17:
        for growth in (0.0, 2.0**-18, 2.0**-16, 2.0**-14, 2.0**-12):
            nearest = round(real * (1 + growth))
            yield from (nearest, nearest + 1, nearest - 1)
