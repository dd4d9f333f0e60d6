"""The boxes that slice must cut out, everywhere."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import Slice

Numbers = tuple[int, ...]


def case(name: str, shape: Numbers, begin: Numbers, size: Numbers, dtype: str = "int8") -> Case:
    data = random_data(generator(f"slice {name}"), TensorType(shape, dtype))
    return Case(name, Slice(begin, size), {"input": data})


CASES = [
    case("all", (2, 3), (0, 0), (2, 3)),
    case("rank_0", (), (), ()),
    case("rows", (5, 3), (1, 0), (3, 3)),
    case("row_of_one_image", (1, 5, 4, 3), (0, 2, 0, 0), (1, 2, 4, 3)),
    case("part_of_a_row", (4, 7), (2, 3), (1, 2)),
    case("columns", (4, 7), (0, 3), (4, 2)),
    case("channels", (1, 3, 4, 8), (0, 0, 0, 5), (1, 3, 4, 3)),
    case("1_channel", (2, 3, 3, 4), (0, 0, 0, 1), (2, 3, 3, 1)),
    case("window", (1, 6, 6, 2), (0, 1, 2, 0), (1, 4, 3, 2)),
    case("long_runs", (3, 100), (0, 17), (3, 70)),
    case("box_of_rank_6", (2, 3, 2, 3, 2, 4), (0, 1, 0, 1, 0, 1), (2, 2, 1, 2, 1, 2)),
    case("int16_channels", (3, 5), (0, 1), (3, 3), "int16"),
    case("int32_rows", (3, 5), (1, 0), (2, 5), "int32"),
    case(
        "int32_box_of_rank_6", (2, 2, 2, 2, 2, 3), (0, 0, 1, 0, 1, 1), (2, 1, 1, 2, 1, 2), "int32"
    ),
    case("float32_channels", (4, 3), (0, 1), (4, 2), "float32"),
]
