"""What gather must take, everywhere."""

from __future__ import annotations

import numpy as np

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import Gather

LARGEST = 2**31 - 1


def case(
    name: str,
    shape: tuple[int, ...],
    axis: int,
    indices: list[int],
    dtype: str = "int8",
    given: tuple[str, ...] = ("input",),
) -> Case:
    data = random_data(generator(f"gather {name}"), TensorType(shape, dtype))
    tensors = {"input": data, "indices": np.array(indices, np.int32)}
    return Case(name, Gather(axis), dict(tensors), given)


BOTH, INDICES = ("input", "indices"), ("indices",)

CASES = [
    case("rank_1", (5,), 0, [3, 0, 0, 4]),
    case("1_of_1", (1,), 0, [0]),
    case("rows", (4, 7), 0, [2, 2, 0, 3, 1]),
    case("columns", (3, 6), 1, [5, 0, 2]),
    case("channels", (1, 3, 4, 8), 3, [7, 6, 0, 1, 1]),
    case("height_of_an_image", (2, 4, 3, 5), 1, [0, 0, 1, 1, 2, 2, 3, 3]),
    case("width_of_an_image", (2, 3, 4, 5), 2, [1, 0, 0, 1, 2, 3, 3, 2]),
    case("long_runs", (5, 100), 0, [4, 1, 1]),
    case("rank_6", (2, 1, 3, 2, 2, 2), 2, [2, 0, 1, 2]),
    case("rank_7", (2, 1, 3, 2, 2, 1, 2), 4, [1, 1, 0]),
    case("int16_columns", (3, 5), 1, [4, 0, 1], "int16"),
    case("int32_rows", (3, 5), 0, [1, 1, 2], "int32"),
    case("bool_columns", (3, 5), 1, [3, 1, 2], "bool"),
    case("float32_columns", (4, 3), 1, [2, 0], "float32"),
    case("float32_rows", (4, 3), 0, [2, 0], "float32"),
    case("indices_at_run_time", (4, 6), 0, [3, 0, 1, 1], given=BOTH),
    case("columns_at_run_time", (2, 6), 1, [3, 0, 5], given=BOTH),
    case("embedding", (6, 5), 0, [3, 0, 5, 5, 1], given=INDICES),
    case("outside", (4, 6), 0, [-1, 4, 3, -LARGEST - 1, LARGEST, 0], given=BOTH),
]
