"""The deviations that variance must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..integers.arithmetic import quantize_multiplier
from ..rules.case_data import generator, random_int8
from .op import Variance

Shape = tuple[int, int, int]

LARGEST = (1 << 31) - 1


def case(
    name: str,
    shape: Shape,
    *,
    centered: bool = True,
    root: bool = True,
    spread: float = 100.0,
    values: np.ndarray | None = None,
    **fields: Any,
) -> Case:
    """A case with random data, unless it has ``values``; such data give about ``spread``."""
    data = random_int8(generator(f"variance {name}"), shape) if values is None else values
    squares = 5461.0 * shape[1] * (shape[1] if centered else 1)
    multiplier, shift = quantize_multiplier(spread / (squares**0.5 if root else squares))
    known = {"multiplier": multiplier, "shift": shift, "input_offset": 7, "output_offset": -100}
    op = Variance(centered=centered, root=root, **{**known, **fields})
    return Case(name, op, {"input": data.astype(np.int8).reshape(shape)})


SPIKE = np.where(np.arange(4096) == 1234, 127, -128)

CASES = [
    case("standard_deviation", (3, 40, 5)),
    case("variance", (3, 40, 5), root=False),
    case("norm", (3, 40, 5), centered=False),
    case("sum_of_squares", (3, 40, 5), centered=False, root=False),
    case("last_dimension", (9, 30, 1)),
    case("1_element", (2, 1, 3)),
    case("1_element_norm", (2, 1, 3), centered=False),
    case("2_elements", (40, 2, 1)),
    case("2_elements_variance", (40, 2, 1), root=False),
    case("equal", (2, 20, 1), values=np.full(40, 77)),
    case("zeros", (2, 20, 1), values=np.full(40, -7), centered=False),
    case("spike", (1, 4096, 1), values=SPIKE),
    case("largest_squares", (1, 9000, 1), values=np.resize([127, -128], 9000), spread=200.0),
    case("saturating", (4, 9, 2), spread=1e4),
    case("far_too_large", (4, 9, 2), multiplier=LARGEST, shift=30),
    case("far_too_large_variance", (4, 9, 2), root=False, multiplier=LARGEST, shift=30),
    case("tiny", (4, 9, 2), multiplier=1, shift=-31),
    case("multiplier_zero", (4, 9, 2), multiplier=0, shift=0),
    case("clamped", (4, 9, 2), activation_min=-20, activation_max=-5),
    case("offsets_low", (4, 9, 2), input_offset=128, output_offset=-128),
    case("offsets_high", (4, 9, 2), centered=False, input_offset=-127, output_offset=127),
]
