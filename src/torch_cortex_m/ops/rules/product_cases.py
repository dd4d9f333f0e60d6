"""Data for functions that multiply or divide two quantized tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...ir import INT8
from ..base import Case
from .broadcast_cases import case, every_pair, every_shape, random_operands
from .random_data import Rng, operand_offset, output_range, pick

LARGEST = (1 << 31) - 1
USUAL: dict[str, Any] = {"input_offset": 7, "other_offset": -4, "output_offset": -3}
LOW: dict[str, Any] = {"input_offset": 128, "other_offset": 128, "output_offset": INT8.low}
HIGH: dict[str, Any] = {
    "input_offset": -INT8.high,
    "other_offset": -INT8.high,
    "output_offset": INT8.high,
}


def product_cases(op_class: Any, shift: int, largest_shift: int, **usual: Any) -> list[Case]:
    """``shift``: with which results spread; ``usual``: more fields."""

    def op(**fields: Any) -> Any:
        given = USUAL | {"multiplier": 1400000000, "shift": shift} | usual | fields
        return op_class(**given)

    return [
        *every_shape(op()),
        case("saturating", op(multiplier=LARGEST, shift=largest_shift)),
        case("shift_31", op(multiplier=LARGEST, shift=-31)),
        case("multiplier_zero", op(multiplier=0, shift=0)),
        case("multiplier_negative", op(multiplier=-(3 << 29))),
        case("activation_narrow", op(activation_min=-10, activation_max=20)),
        case("activation_single_value", op(activation_min=5, activation_max=5)),
        every_pair("every_pair", op()),
        every_pair("every_pair_coarse", op(shift=shift - 3)),
        every_pair("every_pair_low", op(**LOW)),
        every_pair("every_pair_high", op(**HIGH)),
    ]


def product_layer(
    op_class: Any, shift: int, largest_shift: int, more: Callable[[Rng], dict[str, Any]]
) -> Callable[[Rng, str], Case]:
    """``more``: draws further fields."""

    def any_layer(rng: Rng, name: str) -> Case:
        usual, any_shift = rng.integers(shift - 3, shift + 3), rng.integers(-31, largest_shift + 1)
        op = op_class(
            input_offset=operand_offset(rng),
            other_offset=operand_offset(rng),
            multiplier=any_multiplier(rng),
            shift=int(pick(rng, usual, usual, any_shift)),
            **output_range(rng),
            **more(rng),
        )
        return random_operands(rng, name, op)

    return any_layer


def any_multiplier(rng: Rng) -> int:
    """Mostly as scales give it: not negative."""
    return pick(rng, 1, 1, 1, -1) * int(rng.integers(0, LARGEST + 1))
