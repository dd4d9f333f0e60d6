"""Data for functions of two tensors whose operands are brought to one scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...ir import INT8
from ..base import Case
from .broadcast_cases import case, every_pair, every_shape, random_operands
from .random_data import Rng, operand_offset, output_range

LARGEST = (1 << 31) - 1
OFFSETS: dict[str, Any] = {"input_offset": 7, "other_offset": -4, "output_offset": -3}
LOW: dict[str, Any] = {"input_offset": 128, "other_offset": 128, "output_offset": INT8.low}
HIGH: dict[str, Any] = {
    "input_offset": -INT8.high,
    "other_offset": -INT8.high,
    "output_offset": INT8.high,
}
SCALES = (0.05, 0.03, 0.06)

Rescaling = Callable[[float, float, float], dict[str, int]]


def scaled_cases(op_class: Any, rescaling: Rescaling) -> list[Case]:
    def op(scales: tuple[float, float, float] = SCALES, **fields: Any) -> Any:
        return op_class(**(OFFSETS | rescaling(*scales) | fields))

    return [
        *every_shape(op()),
        case("zero_points_low", op(**LOW)),
        case("zero_points_high", op(**HIGH)),
        case("scales_far_apart", op((1.0, 0.0001, 0.9))),
        case("scales_equal", op((0.1, 0.1, 0.1))),
        case("output_scale_small", op((0.1, 0.2, 0.001))),
        case("output_scale_large", op((0.1, 0.2, 100.0))),
        case("left_shift_0", op(left_shift=0, output_shift=0)),
        case("left_shift_31", op(left_shift=31)),
        case("left_shift_of_multiplication", op(input_shift=4, other_shift=30, output_shift=2)),
        case("shift_31", op(input_shift=-31, other_shift=-31, output_shift=-31)),
        case("multiplier_largest", op(input_multiplier=LARGEST, other_multiplier=LARGEST)),
        case("multiplier_zero", op(input_multiplier=0, input_shift=0)),
        case("multiplier_negative", op(other_multiplier=-(3 << 29))),
        case("activation_narrow", op(activation_min=-10, activation_max=20)),
        case("activation_single_value", op(activation_min=5, activation_max=5)),
        every_pair("every_pair", op()),
        every_pair("every_pair_low", op(**LOW)),
        every_pair("every_pair_high", op(**HIGH)),
    ]


def scaled_layer(op_class: Any, rescaling: Rescaling) -> Callable[[Rng, str], Case]:
    def any_layer(rng: Rng, name: str) -> Case:
        usual = rng.random() < 0.7
        scales = np.exp(rng.uniform(-4, 0, 3)) if usual else rng.choice([0.5, 0.25, 0.1], 3)
        first, second, output = (float(scale) for scale in scales)
        fields: dict[str, Any] = rescaling(first, second, output)
        if rng.random() < 0.2:
            fields |= {name: int(rng.integers(-6, 1)) for name in ("input_shift", "other_shift")}
            fields |= {"output_shift": int(rng.integers(-22, -12))}
        offsets = {each: operand_offset(rng) for each in ("input_offset", "other_offset")}
        op = op_class(**fields, **offsets, **output_range(rng))
        return random_operands(rng, name, op)

    return any_layer
