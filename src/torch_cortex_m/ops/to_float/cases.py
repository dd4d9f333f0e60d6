"""What to_float must convert, everywhere."""

from __future__ import annotations

import numpy as np

from ...ir import INT32, TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import ToFloat


def case(name: str, shape: tuple[int, ...], dtype: str = "int32") -> Case:
    data = random_data(generator(f"to_float {name}"), TensorType(shape, dtype))
    return Case(name, ToFloat(), {"input": data})


# Beyond 2^24 not every integer is a float32; odd ones lie half way between two.
ENDS = [0, 1, -1, *INT32, *((1 << 24) + step for step in range(-2, 7)), (1 << 30) + 64]

CASES = [
    case("rank_0", ()),
    case("rank_2", (5, 9)),
    case("rank_6", (1, 2, 1, 3, 2, 2)),
    Case("ends", ToFloat(), {"input": np.array(ENDS, np.int32)}),
    case("bool", (3, 7), "bool"),
    case("bool_rank_0", (), "bool"),
]
