"""What where must choose, everywhere."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import NAMES, Where

Shape = tuple[int, ...]


def case(
    name: str, condition: Shape, input: Shape, other: Shape, dtype: str = "int8", given: str = ""
) -> Case:
    """``given``: the arguments that are not constant, all if it is empty."""
    rng = generator(f"where {name}")
    types = TensorType(condition, "bool"), TensorType(input, dtype), TensorType(other, dtype)
    tensors = {n: random_data(rng, type_) for n, type_ in zip(NAMES, types, strict=True)}
    return Case(name, Where(), tensors, tuple(given.split()) or NAMES)


CASES = [
    case("same_shape", (2, 3, 4), (2, 3, 4), (2, 3, 4)),
    case("rank_0", (), (), ()),
    case("1_element", (1,), (1,), (1,)),
    case("rank_6", (2, 1, 3, 2, 2, 3), (2, 1, 3, 2, 2, 3), (2, 1, 3, 2, 2, 3)),
    case("number", (2, 30), (2, 30), ()),
    case("two_numbers", (2, 30), (1,), ()),
    case("mask_of_rows", (30, 1), (2, 30, 5), (1, 5)),
    case("mask_of_channels", (5,), (2, 30, 5), (2, 30, 5)),
    case("constant_mask", (6, 7), (2, 6, 7), (), given="input other"),
    case("constant_other", (2, 6, 7), (2, 6, 7), (7,), given="condition input"),
    case("alternating", (2, 1, 3, 1), (1, 4, 1, 5), (2, 4, 1, 1)),
    case("bool", (2, 30), (2, 30), (30,), "bool"),
]
