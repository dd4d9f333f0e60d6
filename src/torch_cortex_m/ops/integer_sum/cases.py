"""The sums that integer_sum must find, everywhere."""

from __future__ import annotations

import numpy as np

from ...ir import INT32, TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import IntegerSum

SHAPES = {
    "plain": (1, 49, 8),
    "one_element": (2, 1, 7),
    "one_channel": (3, 20, 1),
    "two_outer": (2, 6, 10),
    "everything": (1, 300, 1),
    "1_element": (1, 1, 1),
}


def case(name: str, shape: tuple[int, int, int], dtype: str) -> Case:
    data = random_data(generator(f"integer_sum {name} {dtype}"), TensorType(shape, dtype))
    return Case(f"{dtype}_{name}", IntegerSum(), {"input": data})


CASES = [
    *(case(name, shape, dtype) for name, shape in SHAPES.items() for dtype in ("bool", "int32")),
    Case("all_true", IntegerSum(), {"input": np.ones((1, 70, 3), np.bool_)}),
    *(
        Case(f"wraps_{end}", IntegerSum(), {"input": np.full((2, 5, 2), end, np.int32)})
        for end in INT32
    ),
]
