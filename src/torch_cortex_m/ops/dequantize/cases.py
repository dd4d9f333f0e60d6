"""The values that dequantize must compute, everywhere; most cases have all 256 inputs."""

from __future__ import annotations

import numpy as np

from ..base import Case
from .op import Dequantize


def case(name: str, scale: float, zero_point: int, shape: tuple[int, ...] = (2, 8, 16)) -> Case:
    """A case whose input counts through all int8 values, from -128."""
    count = int(np.prod(shape, dtype=int))
    values = ((np.arange(count) % 256) - 128).astype(np.int8)
    return Case(name, Dequantize(scale, zero_point), {"input": values.reshape(shape)})


def wide(name: str, scale: float, zero_point: int, shape: tuple[int, ...]) -> Case:
    """A case of int16, from the least to the largest value."""
    values = np.linspace(-32768, 32767, int(np.prod(shape, dtype=int))).round().astype(np.int16)
    return Case(name, Dequantize(scale, zero_point), {"input": values.reshape(shape)})


CASES = [
    case("unit", 1.0, 0),
    case("tenth", 0.1, 3),
    case("softmax_output", 1 / 256, -128),
    case("zero_point_high", 0.0217, 127),
    case("small_scale", 1e-7, -5),
    case("large_scale", 1e7, 5),
    case("smallest_scale", 2.0**-100, -128),
    case("largest_scale", 2.0**100, 127),
    case("rank_0", 0.3, 7, ()),
    case("1_element", 0.3, 7, (1,)),
    case("rank_4", 0.3, 7, (1, 3, 5, 7)),
    case("rank_6", 0.3, 7, (1, 2, 1, 3, 2, 2)),
    wide("int16", 2.0**-12, 0, (3, 111)),
    wide("int16_zero_point_low", 0.1, -32768, (300,)),
    wide("int16_zero_point_high", 2.0**-100, 32767, (7,)),
    wide("int16_rank_0", 0.3, 7, ()),
]
