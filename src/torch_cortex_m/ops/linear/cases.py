"""The layers that linear must compute, everywhere."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import at_ends, generator, random_bias, random_int8, random_requantization
from .op import Linear

MAXIMUM = (1 << 31) - 1


def case(
    name: str,
    shape: tuple[int, ...],
    features: int,
    *,
    bias: bool = False,
    multipliers: int | None = None,
    shifts: int | None = None,
    **fields: Any,
) -> Case:
    """A case with random data; ``multipliers`` and ``shifts`` set all features to one value."""
    fields = {"input_offset": 7, "output_offset": -3} | fields
    op = Linear(**fields)
    rng = generator(f"linear {name}")
    multiplier_data, shift_data = random_requantization(rng, features, shape[-1])
    if multipliers is not None:
        multiplier_data = np.full(features, multipliers, np.int32)
    if shifts is not None:
        shift_data = np.full(features, shifts, np.int32)
    tensors = {
        "input": random_int8(rng, shape),
        "weight": random_int8(rng, (features, shape[-1]), low=-127),
        "bias": random_bias(rng, features) if bias else None,
        "multipliers": multiplier_data,
        "shifts": shift_data,
    }
    return Case(name, op, tensors)


SMALL: dict[str, Any] = {"multipliers": 1 << 30, "shifts": -12}
"""A requantization that leaves the largest sums of 40 products within int8."""
CASES = [
    case("1_row", (1, 32), 10, bias=True),
    case("no_bias", (1, 24), 8),
    case("5_rows", (5, 16), 6, bias=True),
    case("rank_1", (12,), 5, bias=True),
    case("rank_3", (2, 3, 8), 4, bias=True),
    case("rank_4", (2, 1, 3, 5), 7),
    case("1_feature", (3, 9), 1, bias=True),
    case("1_to_1", (1, 1), 1, bias=True),
    case("1_to_17", (2, 1), 17, bias=True),
    case("long_rows", (1, 700), 4, bias=True),
    case("many_features", (1, 16), 130, bias=True),
    case("zero_points_low", (2, 16), 5, input_offset=128, output_offset=-128),
    case("zero_points_high", (2, 16), 5, input_offset=-127, output_offset=127),
    case("weight_offset", (2, 16), 5, weight_offset=11, bias=True),
    case("weight_offset_low", (2, 15), 4, weight_offset=-127, input_offset=-127),
    case("weight_offset_high", (2, 15), 4, weight_offset=128, input_offset=128),
    case("left_shift", (2, 6), 3, shifts=3),
    case("zero_shift", (2, 13), 3, shifts=0, multipliers=1 << 24),
    case("shift_31", (2, 13), 3, shifts=-31, bias=True, multipliers=MAXIMUM),
    case("multiplier_largest", (2, 16), 3, multipliers=MAXIMUM),
    case("multiplier_smallest", (2, 16), 3, multipliers=1 << 30),
    case("multiplier_zero", (2, 16), 3, multipliers=0, shifts=0),
    case("saturating", (3, 16), 5, shifts=-2, multipliers=MAXIMUM),
    case("activation_narrow", (3, 16), 6, activation_min=-10, activation_max=20, bias=True),
    case("activation_single_value", (2, 8), 3, activation_min=5, activation_max=5),
    case("relu_1_row", (1, 40), 12, bias=True, output_offset=-128),
    case("relu_9_rows_odd_features", (9, 21), 7, bias=True, output_offset=-128),
    case("relu_long_rows", (1, 650), 6, bias=True, output_offset=-128),
    at_ends(case("ends", (2, 40), 7, bias=True, **SMALL), -128, 127),
    at_ends(case("lowest_inputs_and_weights", (1, 37), 4, bias=True, **SMALL), -128),
    at_ends(case("highest_inputs_and_weights", (1, 37), 4, bias=True, **SMALL), 127),
    *(case(f"inputs_{n}", (2, n), 3, bias=True) for n in range(1, 21)),
    *(case(f"features_{n}", (2, 5), n, bias=True) for n in range(1, 10)),
    *(
        case(f"inputs_{n}_to_{4 + n % 5}", (1, n), 4 + n % 5, bias=True)
        for n in (*range(2, 46, 3), 64)
    ),
    *(
        case(f"relu_inputs_{n}_to_8", (1, n), 8, bias=True, output_offset=-128)
        for n in (33, 36, 66)
    ),
    case("relu_1300_to_11", (3, 1300), 11, bias=True, output_offset=-128),
    case("1301_to_8", (1, 1301), 8, bias=True),
    case("relu_shift_4", (1, 40), 8, bias=True, output_offset=-128, shifts=-4),
    case("relu_shift_12", (1, 40), 8, bias=True, output_offset=-128, shifts=-12),
    case("relu_shift_4_long", (1, 1300), 4, bias=True, output_offset=-128, shifts=-4),
    case("relu_shift_8_long", (2, 1290), 4, bias=True, output_offset=-128, shifts=-8),
    case("relu_shift_12_long", (1, 1306), 4, bias=True, output_offset=-128, shifts=-12),
    case("relu_two_roundings", (3, 4), 32, output_offset=-128, multipliers=1 << 25, shifts=-3),
    case("inputs_64", (1, 64), 16, bias=True),
    case("2_rows_of_4_to_15", (2, 4), 15, bias=True, output_offset=-128),
    case("3_rows_of_20_to_9", (3, 20), 9, bias=True),
    case("autoencoder", (1, 128), 64, bias=True, activation_min=-3),
]
