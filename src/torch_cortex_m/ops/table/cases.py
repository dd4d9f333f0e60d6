"""The look-ups that table must do, everywhere; most cases have all 256 inputs."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..base import Case
from ..rules.case_data import generator
from .op import ENTRIES, Table


def case(
    name: str, table: Iterable[int], shape: tuple[int, ...] = (2, 8, 16), *, truth: bool = False
) -> Case:
    """A case whose input counts through all int8 values, from -128."""
    count = int(np.prod(shape, dtype=int))
    values = ((np.arange(count) % ENTRIES) - 128).astype(np.int8)
    return Case(name, Table(tuple(map(int, table)), truth), {"input": values.reshape(shape)})


SHUFFLED = tuple(int(entry) for entry in generator("table").permutation(np.arange(-128, 128)))

CASES = [
    case("identity", range(-128, 128)),
    case("reversed", range(127, -129, -1)),
    case("shuffled", SHUFFLED),
    case("constant", [-128] * ENTRIES),
    case("only_the_first", [127] + [-128] * 255),
    case("only_the_last", [-128] * 255 + [127]),
    case("rank_0", SHUFFLED, ()),
    case("1_element", SHUFFLED, (1,)),
    case("rank_1_as_long_as_the_table", SHUFFLED, (256,)),
    case("257_elements", SHUFFLED, (257,)),
    case("truth", [value % 3 == 0 for value in range(ENTRIES)], truth=True),
    case("rank_6", SHUFFLED, (1, 2, 1, 3, 2, 2)),
]
