"""The places that argmax must find, everywhere."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import Argmax

SHAPES = {
    "plain": (1, 49, 8),
    "one_element": (2, 1, 7),
    "classes": (3, 10, 1),
    "two_outer": (2, 6, 10),
    "everything": (1, 1000, 1),
    "1_element": (1, 1, 1),
}


def cases_of(*, largest: bool, wide: bool) -> list[Case]:
    name, op = f"{largest=}_{wide=}".replace("=", "_").lower(), Argmax(largest, wide)
    random = {
        shape_name: random_int8(generator(f"argmax {name} {shape_name}"), shape)
        for shape_name, shape in SHAPES.items()
    }
    ties = {
        "equal": np.full((2, 9, 3), 5, np.int8),
        "two_equal": np.resize(np.array([-128, 127, 0, 127, -128, 3], np.int8), (2, 6, 2)),
        "last": np.arange(-100, 100).astype(np.int8).reshape(1, 200, 1),
        "first": np.arange(100, -100, -1).astype(np.int8).reshape(1, 200, 1),
    }
    data = random | ties
    return [Case(f"{name}_{each}", op, {"input": values}) for each, values in data.items()]


CASES = [
    case
    for largest in (True, False)
    for wide in (True, False)
    for case in cases_of(largest=largest, wide=wide)
]
