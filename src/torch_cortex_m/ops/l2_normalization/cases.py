"""The rows that l2_normalization must compute, everywhere."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import L2Normalization


def case(name: str, shape: tuple[int, ...], input_offset: int = 7) -> Case:
    data = random_int8(generator(f"l2_normalization {name}"), shape)
    return Case(name, L2Normalization(input_offset), {"input": data})


def of(name: str, values: np.ndarray, input_offset: int = 0) -> Case:
    return Case(name, L2Normalization(input_offset), {"input": values.astype(np.int8)})


CASES = [
    case("plain", (4, 20)),
    case("rank_1", (20,)),
    case("rank_4", (1, 3, 4, 5)),
    case("1_element", (9, 1)),
    case("offset_low", (4, 20), -127),
    case("offset_high", (4, 20), 128),
    case("128_elements", (2, 128), 0),
    of("every_value", np.arange(-128, 128).reshape(256, 1)),
    of("every_pair_with_3", np.stack([np.arange(-128, 128), np.full(256, 3)], axis=1)),
    of("zeros", np.zeros((2, 5))),
    of("one", np.eye(3, 7)),
    of("largest_squares", np.full((1, 20000), 127), 128),
    of("powers_of_two", 2 ** np.arange(7).reshape(7, 1)),
]
