"""The values that quantize must compute, everywhere."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..base import Case
from ..rules.case_data import generator
from .op import Quantize


def case(name: str, values: np.ndarray, scale: float = 0.1, zero_point: int = 3) -> Case:
    return Case(name, Quantize(scale, zero_point), {"input": np.asarray(values, np.float32)})


def normal(name: str, shape: tuple[int, ...], scale: float = 0.1, zero_point: int = 3) -> Case:
    """A case with random data that spreads over int8 and a little beyond."""
    values = np.asarray(generator(f"quantize {name}").normal(size=(*shape, 1))[..., 0])
    return case(name, values * scale * 60, scale, zero_point)


def neighbours(values: np.ndarray) -> np.ndarray:
    """Each float32 value with those right below and above it."""
    center = values.astype(np.float32)
    below, above = (np.nextafter(center, np.float32(end)) for end in (-np.inf, np.inf))
    return np.stack([below, center, above])


def ties_away(op: Quantize) -> Quantize:
    return replace(op, ties_away=True)


def wide(case: Case) -> Case:
    """The same to int16."""
    return replace(case, name=f"{case.name}_int16", op=replace(case.op, output_bytes=2))


def case_of_16_bits(name: str, values: np.ndarray, scale: float, zero_point: int) -> Case:
    op = Quantize(scale, zero_point, output_bytes=2)
    return Case(name, op, {"input": values.astype(np.float32)})


FLOAT = np.finfo(np.float32)
HALVES = np.arange(-300, 300) + 0.5
WIDE_HALVES = neighbours(np.concatenate([HALVES * 97, HALVES + 32500, HALVES - 32500]))
HUGE = np.array([2.0**7, 2.0**8, 2.0**24, 2.0**31, 2.0**63, 2.0**100, FLOAT.max])
TINY = np.array([0.0, FLOAT.smallest_subnormal, FLOAT.tiny, 1e-30, 1e-8, 0.25])
CASES = [
    normal("normal", (5, 60)),
    normal("normal_rank_4", (1, 3, 4, 5), 0.0217, -128),
    normal("normal_small_scale", (200,), 1e-7, 0),
    normal("normal_large_scale", (200,), 1e7, 127),
    normal("normal_smallest_scale", (200,), 2.0**-100, -5),
    normal("normal_largest_scale", (200,), 2.0**100, 5),
    normal("rank_0", ()),
    normal("1_element", (1,)),
    normal("rank_6", (1, 2, 1, 3, 2, 2)),
    case("halves", neighbours(HALVES), 1.0, 0),
    case("halves_power_of_two_scale", neighbours(HALVES / 64), 1 / 64, -7),
    case("halves_scale_without_exact_inverse", neighbours(HALVES * np.float32(0.1))),
    case("integers", neighbours(np.arange(-300, 300)), 1.0, 12),
    case("huge", np.concatenate([HUGE, -HUGE])),
    case("huge_zero_point_low", np.concatenate([HUGE, -HUGE]), 1.0, -128),
    case("huge_zero_point_high", np.concatenate([HUGE, -HUGE]), 1.0, 127),
    case("overflowing", np.concatenate([HUGE, -HUGE]), 1e-20),
    case("tiny", np.concatenate([TINY, -TINY])),
    case("infinite", np.array([np.inf, -np.inf, 1.0])),
    case("not_a_number", np.array([np.nan, -np.nan, 1.0])),
]
CASES += [wide(each) for each in CASES]
CASES += [case_of_16_bits("halves_of_int16", WIDE_HALVES, 1.0, -3)]
CASES += [replace(each, name=f"{each.name}_ties_away", op=ties_away(each.op)) for each in CASES]
