"""The cuts that split must make, everywhere."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import Split


def case(name: str, shape: tuple[int, ...], axis: int, size: int, dtype: str = "int8") -> Case:
    data = random_data(generator(f"split {name}"), TensorType(shape, dtype))
    return Case(name, Split(axis, size), {"input": data})


CASES = [
    case("rank_1", (5,), 0, 2),
    case("rows", (5, 3), 0, 4),
    case("rows_of_one_image", (1, 4, 3, 2), 1, 1),
    case("columns", (3, 5), 1, 2),
    case("channels", (1, 3, 4, 8), 3, 3),
    case("1_channel", (2, 2, 3, 4), 3, 1),
    case("batches_and_rows", (2, 4, 3, 2), 1, 3),
    case("long_runs", (3, 90), 1, 40),
    case("int16_channels", (3, 5), 1, 2, "int16"),
    case("float32_channels", (2, 3, 4), 2, 3, "float32"),
]
