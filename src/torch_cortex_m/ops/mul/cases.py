"""The products that mul must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from ..rules.wide_cases import widened
from .op import Mul

LARGEST = (1 << 31) - 1
USUAL: dict[str, Any] = {
    "input_offset": 7,
    "other_offset": -4,
    "output_offset": -3,
    "multiplier": 1400000000,
    "shift": -6,
}


def case(
    name: str, shape: tuple[int, ...], other_shape: tuple[int, ...] | None = None, **fields: Any
) -> Case:
    """A case with random data."""
    rng = generator(f"mul {name}")
    tensors = {
        "input": np.asarray(random_int8(rng, (*shape, 1))[..., 0]),
        "other": np.asarray(
            random_int8(rng, (*(shape if other_shape is None else other_shape), 1))[..., 0]
        ),
    }
    return Case(name, Mul(**{**USUAL, **fields}), tensors, ("input", "other"))


def every_pair(name: str, **fields: Any) -> Case:
    """All 65536 pairs of operands, a row and a column."""
    values = np.arange(-128, 128).astype(np.int8)
    tensors = {"input": values.reshape(256, 1), "other": values}
    return Case(name, Mul(**{**USUAL, **fields}), tensors, ("input", "other"))


CASES = [
    case("same_shape", (1, 4, 5, 6)),
    case("1_element", (1,)),
    case("rank_0", (), ()),
    case("rank_6", (2, 1, 3, 2, 2, 3)),
    case("scalar_other", (1, 3, 4, 5), ()),
    case("scalar_input", (), (2, 3, 4)),
    case("other_per_channel", (1, 3, 4, 5), (5,)),
    case("input_per_channel", (5,), (2, 3, 4, 5)),
    case("other_per_image", (3, 2, 2, 4), (3, 1, 1, 4)),
    case("both_broadcast", (4, 1, 3), (5, 1)),
    case("alternating_rank_6", (2, 1, 3, 1, 2, 1), (1, 3, 1, 2, 1, 4)),
    case("saturating", (3, 40), multiplier=LARGEST, shift=8),
    case("left_shift_30", (3, 40), shift=30),
    case("shift_31", (3, 40), multiplier=LARGEST, shift=-31),
    case("multiplier_zero", (3, 40), multiplier=0, shift=0),
    case("multiplier_negative", (3, 40), multiplier=-(3 << 29)),
    case("activation_narrow", (3, 40), activation_min=-10, activation_max=20),
    case("activation_single_value", (9,), activation_min=5, activation_max=5),
    every_pair("every_pair"),
    every_pair("every_pair_low", input_offset=128, other_offset=128, output_offset=-128),
    every_pair("every_pair_high", input_offset=-127, other_offset=-127, output_offset=127),
]

CASES += [widened(each) for each in CASES if not each.name.startswith("every_pair")]
CASES += [widened(case("zero_points", (3, 40)), input_offset=32768, other_offset=-32767)]
