"""The values that mean must compute, everywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...ir import INT16, Quantization
from ..base import Case
from ..rules.case_data import generator, random_int8
from ..rules.wide_cases import widened
from .op import LARGEST_WIDE_COUNT, Mean, rescaling


def case(
    name: str,
    shape: tuple[int, int, int],
    input: tuple[float, int] = (0.1, 0),
    output: tuple[float, int] = (0.1, 0),
    low: int = -128,
    **fields: int,
) -> Case:
    """A case with random data of at least ``low``; ``input`` and ``output`` are (scale, zero
    point)."""
    op = Mean(
        input_offset=-input[1],
        output_offset=output[1],
        **rescaling(Quantization(*input), Quantization(*output), shape[1]),
        **fields,
    )
    return Case(name, op, {"input": random_int8(generator(f"mean {name}"), shape, low)})


def constant(name: str, value: int, zero_point: int, count: int) -> Case:
    """A case whose input is one value, so that the sums are as large as they can be."""
    op = case(name, (1, count, 2), (0.5, zero_point), (0.5, zero_point)).op
    return Case(name, op, {"input": np.full((1, count, 2), value, np.int8)})


def of_int16(name: str, value: int, offset: int) -> Case:
    """The same with the most values of int16."""
    limits = {"activation_min": INT16.low, "activation_max": INT16.high}
    op = replace(case(name, (1, 4, 2)).op, input_offset=offset, shift=-16, **limits)
    data = np.full((1, LARGEST_WIDE_COUNT, 1), value, np.int16)
    return Case(name, op, {"input": data})


CASES = [
    case("plain", (1, 49, 8), (0.02, -128), (0.017, -128)),
    case("same_scale", (1, 64, 5)),
    case("one_element", (1, 1, 7), (0.1, 3), (0.1, 3)),
    case("one_channel", (3, 20, 1), (0.1, 3), (0.05, -9)),
    case("two_outer", (2, 6, 10), (0.1, 3), (0.03, 20)),
    case("200_channels", (2, 5, 200), (0.1, 3), (0.05, -9)),
    case("many_rows", (1, 600, 9), (0.1, -128), (0.02, 20)),
    case("count_of_power_of_two", (1, 16, 9), (0.1, -5), (0.04, 11)),
    case("larger_scale", (1, 25, 6), (0.1, -5), (7.0, 11)),
    case("much_smaller_scale", (1, 25, 6), (1.0, -5), (1e-3, 11)),
    case("much_larger_scale", (1, 25, 6), (1e-6, -5), (1e3, 11)),
    case("vanishing_scale", (1, 25, 6), (1e-12, -5), (1e3, 11)),
    case("clamped", (1, 30, 12), (0.2, 0), (0.02, 0), activation_min=-20, activation_max=31),
    case("zero_points_at_the_ends", (1, 30, 12), (0.1, -128), (0.1, 127)),
    case("positive", (1, 30, 12), (0.1, -128), (0.1, -128), low=0),
    constant("largest_sum", 127, -128, 4000),
    constant("smallest_sum", -128, 127, 4000),
]

CASES += [widened(each) for each in CASES if not each.name.endswith("_sum")]
CASES += [
    widened(case("zero_points", (2, 30, 5)), input_offset=32767, output_offset=-32768),
    widened(case("clamped_far", (2, 30, 5)), activation_min=-900, activation_max=12000),
    of_int16("int16_largest_sum", 32767, 32767),
    of_int16("int16_smallest_sum", -32768, -32767),
]
