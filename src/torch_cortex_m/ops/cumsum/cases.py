"""The running sums that cumsum must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from .op import Cumsum

Shape = tuple[int, int, int]
USUAL: dict[str, Any] = {
    "input_offset": 7,
    "output_offset": -3,
    "multiplier": 1400000000,
    "shift": -2,
}


def case(name: str, shape: Shape, **fields: Any) -> Case:
    op = Cumsum(**{**USUAL, **fields})
    return Case(name, op, {"input": random_int8(generator(f"cumsum {name}"), shape)})


CASES = [
    case("plain", (3, 20, 4)),
    case("last_dimension", (5, 30, 1)),
    case("1_element", (2, 1, 3)),
    case("1_element_exclusive", (2, 1, 3), exclusive=True),
    case("exclusive", (3, 20, 4), exclusive=True),
    case("reverse", (3, 20, 4), reverse=True),
    case("exclusive_reverse", (3, 20, 4), exclusive=True, reverse=True),
    case("start", (3, 20, 4), start=-100),
    case("start_exclusive", (3, 20, 4), start=128, exclusive=True),
    case("left_shift", (3, 20, 4), left_shift=19, shift=-20),
    case("left_shift_wraps", (2, 60, 2), left_shift=19, shift=-20, input_offset=128),
    case("saturating", (3, 20, 4), shift=8),
    case("multiplier_zero", (3, 20, 4), multiplier=0, shift=0),
    case("clamped", (3, 20, 4), activation_min=-10, activation_max=20),
    Case(
        "largest_sums",
        Cumsum(**{**USUAL, "input_offset": 128, "shift": -12}),
        {"input": np.full((1, 3000, 1), 127, np.int8)},
    ),
]
