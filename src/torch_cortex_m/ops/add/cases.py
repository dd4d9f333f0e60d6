"""The sums that add must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import generator, random_int8
from ..rules.scaled_operands import rescaling
from ..rules.wide_cases import widened
from .op import Add

LARGEST = (1 << 31) - 1


def case(
    name: str,
    input_shape: tuple[int, ...],
    other_shape: tuple[int, ...] | None = None,
    *,
    scales: tuple[float, float, float] = (0.05, 0.03, 0.06),
    constant: bool = False,
    **fields: Any,
) -> Case:
    """A case with random data; ``constant``: other is known at compile time."""
    offsets = {"input_offset": 7, "other_offset": -4, "output_offset": -3}
    op = Add(**{**rescaling(*scales), **offsets, **fields})
    rng = generator(f"add {name}")
    other_shape = input_shape if other_shape is None else other_shape
    tensors = {
        "input": np.asarray(random_int8(rng, (*input_shape, 1))[..., 0]),
        "other": np.asarray(random_int8(rng, (*other_shape, 1))[..., 0]),
    }
    return Case(name, op, tensors, ("input",) if constant else ("input", "other"))


def every_pair() -> Case:
    """All 65536 pairs of operands, a row and a column."""
    fields = rescaling(0.05, 0.03, 0.06)
    op = Add(**fields, input_offset=7, other_offset=-4, output_offset=-3)
    values = np.arange(-128, 128).astype(np.int8)
    tensors = {"input": values.reshape(256, 1), "other": values}
    return Case("every_pair", op, tensors, ("input", "other"))


LOW: dict[str, Any] = {"input_offset": 128, "other_offset": 128, "output_offset": -128}
HIGH: dict[str, Any] = {"input_offset": -127, "other_offset": -127, "output_offset": 127}
CASES = [
    case("same_shape", (1, 4, 5, 6)),
    case("1_element", (1,)),
    case("rank_0", (), ()),
    case("rank_1", (19,)),
    case("rank_6", (2, 1, 3, 2, 2, 3)),
    case("scalar_other", (1, 3, 4, 5), ()),
    case("scalar_other_rank_1", (1, 3, 4, 5), (1,)),
    case("scalar_input", (), (2, 3, 4)),
    case("scalar_constant", (2, 7), (), constant=True),
    case("other_per_channel", (1, 3, 4, 5), (5,)),
    case("other_per_channel_constant", (1, 3, 4, 5), (5,), constant=True),
    case("input_per_channel", (5,), (2, 3, 4, 5)),
    case("other_per_row", (1, 3, 4, 5), (1, 3, 1, 1)),
    case("other_per_column", (2, 3, 4, 5), (1, 4, 1)),
    case("other_per_image", (3, 2, 2, 4), (3, 1, 1, 4)),
    case("both_broadcast", (4, 1), (1, 5)),
    case("both_broadcast_lower_rank", (4, 1, 3), (5, 1)),
    case("alternating_rank_6", (2, 1, 3, 1, 2, 1), (1, 3, 1, 2, 1, 4)),
    case("zero_points_low", (3, 40), **LOW),
    case("zero_points_high", (3, 40), **HIGH),
    case("scales_far_apart", (3, 40), scales=(1.0, 0.0001, 0.9)),
    case("scales_equal", (3, 40), scales=(0.1, 0.1, 0.1)),
    case("output_scale_small", (3, 40), scales=(0.1, 0.2, 0.001)),
    case("output_scale_large", (3, 40), scales=(0.1, 0.2, 100.0)),
    case("left_shift_0", (3, 40), left_shift=0, output_shift=0),
    case("left_shift_15", (3, 40), left_shift=15, output_shift=-13),
    case("left_shift_31", (3, 40), left_shift=31),
    case("left_shift_of_multiplication", (3, 40), input_shift=4, other_shift=30, output_shift=2),
    case("shift_31", (3, 40), input_shift=-31, other_shift=-31, output_shift=-31),
    case("multiplier_largest", (3, 40), input_multiplier=LARGEST, other_multiplier=LARGEST),
    case("multiplier_zero", (3, 40), input_multiplier=0, input_shift=0),
    case("multiplier_negative", (3, 40), other_multiplier=-(3 << 29)),
    case("activation_narrow", (3, 40), activation_min=-10, activation_max=20),
    case("activation_single_value", (9,), activation_min=5, activation_max=5),
    every_pair(),
]

CASES += [widened(each, left_shift=15) for each in CASES if not each.name.startswith("every_pair")]
