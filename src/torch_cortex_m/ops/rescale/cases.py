"""The integers that rescale must convert, everywhere."""

from __future__ import annotations

from itertools import product

import numpy as np

from ...ir import TensorType, limits
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import DTYPES, Rescale


def case(name: str, shape: tuple[int, ...], input: str, output_bits: int, **fields: int) -> Case:
    usual = {"multiplier": 1518500250, "shift": output_bits - 8 * TensorType((), input).bytes}
    op = Rescale(**(usual | fields), output_bits=output_bits)
    values = random_data(generator(f"rescale {name}"), TensorType(shape, input))
    return Case(name, op, {"input": values})


def ends(input: str, output_bits: int) -> Case:
    """The ends of the type and what lies around zero, into a third of the output's range."""
    low, high = limits(input)
    values = np.array([low, low + 1, -2, -1, 0, 1, 2, high - 1, high], input)
    shift = output_bits - 8 * TensorType((), input).bytes - 1
    op = Rescale(multiplier=1431655765, shift=shift, output_bits=output_bits)
    return Case(f"ends_{input}_{output_bits}", op, {"input": values})


CASES = [
    *(ends(input, bits) for input, bits in product(DTYPES, (8, 16, 32))),
    case("any", (3, 50), "int16", 8, input_offset=-300, output_offset=5),
    case("rank_0", (), "int16", 8),
    case("rank_4", (2, 1, 3, 5), "int16", 32),
    case("saturating", (2, 60), "int16", 8, shift=-3),
    case("saturating_wide", (2, 60), "int32", 16, shift=-7, output_offset=-32768),
    case("offsets", (40,), "int16", 16, shift=0, input_offset=32768, output_offset=-32768),
    case("offset_wraps", (40,), "int32", 8, input_offset=2147483647),
    case("zero", (9,), "int16", 8, multiplier=0, shift=0, output_offset=-7),
    case("same", (200,), "int16", 32, multiplier=1 << 30, shift=1),
]
