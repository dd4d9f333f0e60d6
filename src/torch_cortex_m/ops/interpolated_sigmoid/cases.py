"""The values that interpolated_sigmoid must compute, everywhere."""

from __future__ import annotations

import numpy as np

from ...ir import INT16, TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from .op import InterpolatedSigmoid

LARGEST = (1 << 15) - 1


def case(
    name: str, multiplier: int, shift: int = 0, shape: tuple[int, ...] = (2, 300)
) -> list[Case]:
    """Both functions of any values, the ends and those around 0 among them."""
    data = random_data(generator(f"sigmoid {name}"), TensorType(shape, "int16"))
    special = np.array([*INT16, -1, 0, 1], np.int16)
    data.reshape(-1)[: special.size] = special[: data.size]
    return [
        Case(f"{function}_{name}", InterpolatedSigmoid(**fields), {"input": data})
        for function, hyperbolic in (("sigmoid", False), ("tanh", True))
        for fields in [{"multiplier": multiplier, "shift": shift, "hyperbolic": hyperbolic}]
    ]


CASES = [
    *case("q3_12", 3),
    *case("q4_11", 6),
    *case("scaled", 20000, 15),
    *case("scaled_far", 17000, 9),
    *case("flat", 20000, 30),
    *case("steep", LARGEST),
    *case("multiplier_0", 0),
    *case("rank_0", 3, 0, ()),
    *case("1_element", 3, 1, (1,)),
    *case("rank_6", 25000, 14, (1, 2, 1, 3, 2, 2)),
]
