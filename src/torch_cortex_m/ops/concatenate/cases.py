"""The joints that concatenate must make, everywhere."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import Concatenate

Shape = tuple[int, ...]


def case(name: str, first: Shape, second: Shape, axis: int, dtype: str = "int8") -> Case:
    rng = generator(f"concatenate {name}")
    tensors = {"first": random_data(rng, TensorType(first, dtype))}
    tensors["second"] = random_data(rng, TensorType(second, dtype))
    return Case(name, Concatenate(axis), dict(tensors), ("first", "second"))


CASES = [
    case("rank_1", (3,), (4,), 0),
    case("rows", (2, 3), (1, 3), 0),
    case("rows_of_one_image", (1, 2, 3, 4), (1, 5, 3, 4), 1),
    case("columns", (3, 2), (3, 5), 1),
    case("channels", (1, 3, 4, 8), (1, 3, 4, 3), 3),
    case("1_channel", (2, 2, 3, 1), (2, 2, 3, 1), 3),
    case("batches_and_rows", (2, 4, 3, 2), (2, 1, 3, 2), 1),
    case("long_runs", (3, 50), (3, 41), 1),
    case("int16_channels", (3, 5), (3, 2), 1, "int16"),
    case("int32_rows", (3, 5), (2, 5), 0, "int32"),
    case("float32_channels", (2, 3, 4), (2, 3, 1), 2, "float32"),
]
