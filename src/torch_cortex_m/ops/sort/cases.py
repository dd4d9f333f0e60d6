"""The rows that sort must order, everywhere."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import Sort


def case(name: str, shape: tuple[int, ...], kept: int, *, descending: bool = False) -> Case:
    values = random_int8(generator(f"sort {name}"), shape)
    return Case(name, Sort(kept, descending), {"input": values})


def of(name: str, values: np.ndarray, kept: int, *, descending: bool = False) -> Case:
    return Case(name, Sort(kept, descending), {"input": values.astype(np.int8)})


def of_int32(case: Case) -> Case:
    """The same order of integers that are far apart."""
    values = np.asarray(case.tensors["input"], np.int32) << 24
    return Case(f"int32_{case.name}", case.op, {"input": values})


OF_BYTES = [
    case("all", (3, 20), 20),
    case("all_descending", (3, 20), 20, descending=True),
    case("first_5", (3, 20), 5),
    case("top_5", (3, 20), 5, descending=True),
    case("top_1", (4, 10), 1, descending=True),
    case("rank_1", (7,), 7),
    case("rank_4", (2, 1, 3, 6), 2),
    case("1_element", (3, 1), 1),
    case("1000_elements", (1, 1000), 1000, descending=True),
    of("equal", np.full((2, 9), 5), 9),
    of("equal_descending", np.full((2, 9), 5), 4, descending=True),
    of("ties", np.resize([-128, 127, 0, 127, -128, 3], (2, 12)), 12),
    of("ties_descending", np.resize([-128, 127, 0, 127, -128, 3], (2, 12)), 7, descending=True),
]

CASES = [*OF_BYTES, *map(of_int32, OF_BYTES)]
