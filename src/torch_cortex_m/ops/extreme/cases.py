"""The elements that extreme must find, everywhere."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import Extreme

SHAPES = {
    "plain": (1, 49, 8),
    "one_element": (2, 1, 7),
    "one_channel": (3, 20, 1),
    "two_outer": (2, 6, 10),
    "everything": (1, 300, 1),
    "1_element": (1, 1, 1),
    "17_channels": (1, 5, 17),
    "200_channels": (2, 3, 200),
    "many_outer": (30, 3, 1),
}


def cases_of(largest: bool) -> list[Case]:
    kind = "largest" if largest else "smallest"
    cases = [
        Case(
            f"{kind}_{name}",
            Extreme(largest),
            {"input": random_int8(generator(f"extreme {kind} {name}"), shape)},
        )
        for name, shape in SHAPES.items()
    ]
    ends = {
        f"{kind}_of_{value}": np.full((2, 9, 3), value, np.int8) for value in (-128, -1, 0, 127)
    }
    return cases + [Case(name, Extreme(largest), {"input": data}) for name, data in ends.items()]


CASES = [*cases_of(True), *cases_of(False)]
