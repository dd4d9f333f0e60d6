"""Data for comparisons of two quantized tensors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ...ir import INT8, INT32
from ..base import Case
from .broadcast_cases import SHAPES, Shape, case, every_pair, every_shape, random_operands
from .broadcasting import OPERANDS
from .case_data import generator
from .comparisons import comparison_scaling
from .random_data import Rng, operand_offset, pick

OFFSETS: dict[str, Any] = {"input_offset": 7, "other_offset": -4}


def comparison_cases(op_class: Any) -> list[Case]:
    def op(input: float = 0.5, other: float = 0.3, left_shift: int = 20, **fields: Any) -> Any:
        return op_class(**(OFFSETS | comparison_scaling(input, other, left_shift) | fields))

    return [
        *every_shape(op()),
        every_pair("every_pair", op()),
        every_pair("every_pair_negated", op(negated=True)),
        every_pair("every_pair_of_one_scale", op(0.5, 0.5)),
        every_pair("every_pair_coarse", op(0.05, 0.02, 8)),
        every_pair("every_pair_low", op(input_offset=128, other_offset=128)),
        every_pair("every_pair_high", op(input_offset=-INT8.high, other_offset=-INT8.high)),
        case("left_shift_31", op(left_shift=31)),
        case("shift_31", op(input_shift=-31, other_shift=-31)),
        *(_of_indices(f"indices_{name}", op_class(), *SHAPES[name]) for name in SHAPES),
        _of_indices("indices_negated", op_class(negated=True), (3, 40), (3, 40)),
    ]


def _of_indices(name: str, op: Any, input: Shape, other: Shape) -> Case:
    """int32, from end to end, so that many are equal."""
    rng = generator(f"{op.name} {name}")
    values = np.array([INT32.low, -1, 0, 1, 2, INT32.high], np.int32)
    tensors = {
        argument: np.asarray(values[rng.integers(0, len(values), shape)])
        for argument, shape in zip(OPERANDS, (input, other), strict=True)
    }
    return Case(name, op, tensors, OPERANDS)


def comparison_layer(op_class: Any) -> Callable[[Rng, str], Case]:
    def any_layer(rng: Rng, name: str) -> Case:
        first, second = np.exp(rng.uniform(-5, -0.7, 2))
        op = op_class(
            input_offset=operand_offset(rng),
            other_offset=operand_offset(rng),
            negated=bool(rng.random() < 0.5),
            **comparison_scaling(float(first), pick(rng, float(first), float(second)), 20),
        )
        return random_operands(rng, name, op)

    return any_layer


def comparison_of_indices(op_class: Any) -> Callable[[Rng, str], Case]:
    def indices(rng: Rng, name: str) -> Case:
        op = op_class(negated=bool(rng.random() < 0.5))
        drawn = random_operands(rng, name, op)
        tensors = {each: np.asarray(data, np.int32) // 16 for each, data in drawn.tensors.items()}
        return replace(drawn, tensors=tensors)

    return indices
