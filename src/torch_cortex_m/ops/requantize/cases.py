"""The values that requantize must compute, everywhere; most cases have all 256 inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from .op import Requantize

LARGEST = (1 << 31) - 1


def case(name: str, shape: tuple[int, ...] = (2, 8, 16), **fields: Any) -> Case:
    """A case whose input counts through all int8 values, from -128."""
    count = int(np.prod(shape, dtype=int))
    values = ((np.arange(count) % 256) - 128).astype(np.int8)
    return Case(name, Requantize(**fields), {"input": values.reshape(shape)})


CASES = [
    case("identity"),
    case("identity_offsets", input_offset=-5, output_offset=5),
    case("zero_points_differ", input_offset=3, output_offset=11),
    case("relu", input_offset=20, output_offset=-20, activation_min=-20),
    case("relu6", input_offset=128, output_offset=-128, activation_max=97),
    case("clamp_single_value", activation_min=7, activation_max=7),
    case("scale_down", input_offset=7, multiplier=1518500250, shift=-1, output_offset=-3),
    case("scale_up", input_offset=7, multiplier=1518500250, shift=3, output_offset=-3),
    case("half", multiplier=1 << 30, shift=0),
    case("quarter", multiplier=1 << 30, shift=-1),
    case("saturating", multiplier=LARGEST, shift=8),
    case("zero_points_low", input_offset=128, multiplier=1 << 30, shift=0, output_offset=-128),
    case("zero_points_high", input_offset=-127, multiplier=LARGEST, shift=0, output_offset=127),
    case("multiplier_zero", multiplier=0, shift=0, output_offset=9),
    case("multiplier_negative", multiplier=-(1 << 30), shift=1),
    case("shift_31", multiplier=LARGEST, shift=-31),
    case("left_shift_30", multiplier=1 << 24, shift=30, input_offset=1),
    case("rank_0", ()),
    case("1_element", (1,)),
    case("rank_4", (1, 3, 5, 7), input_offset=1, multiplier=1200000000, shift=0),
    case("rank_6", (1, 2, 1, 3, 2, 2), input_offset=1, multiplier=1200000000, shift=0),
]
