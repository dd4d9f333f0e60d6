"""Data for functions of two tensors that broadcast: the shapes that all of them must cover."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import INT8
from ..base import Case
from .broadcasting import OPERANDS
from .case_data import generator, random_int8
from .random_data import Rng, int8, pick

Shape = tuple[int, ...]

SHAPES: dict[str, tuple[Shape, Shape]] = {
    "same_shape": ((1, 4, 5, 6), (1, 4, 5, 6)),
    "1_element": ((1,), (1,)),
    "rank_0": ((), ()),
    "rank_6": ((2, 1, 3, 2, 2, 3), (2, 1, 3, 2, 2, 3)),
    "scalar_other": ((1, 3, 4, 5), ()),
    "scalar_input": ((), (2, 3, 4)),
    "other_per_channel": ((1, 3, 4, 5), (5,)),
    "input_per_channel": ((5,), (2, 3, 4, 5)),
    "other_per_row": ((1, 3, 4, 5), (1, 3, 1, 1)),
    "other_per_image": ((3, 2, 2, 4), (3, 1, 1, 4)),
    "both_broadcast": ((4, 1, 3), (5, 1)),
    "alternating_rank_6": ((2, 1, 3, 1, 2, 1), (1, 3, 1, 2, 1, 4)),
}


def case(name: str, op: Any, input: Shape = (3, 40), other: Shape = (3, 40)) -> Case:
    """A case with random data; both operands are given at run time."""
    rng = generator(f"{op.name} {name}")
    tensors = {
        argument: np.asarray(random_int8(rng, (*shape, 1))[..., 0])
        for argument, shape in zip(OPERANDS, (input, other), strict=True)
    }
    return Case(name, op, tensors, OPERANDS)


def every_pair(name: str, op: Any) -> Case:
    """All 65536 pairs of operands, a row and a column."""
    values = np.arange(INT8.low, INT8.high + 1).astype(np.int8)
    return Case(name, op, {"input": values.reshape(256, 1), "other": values}, OPERANDS)


def every_shape(op: Any) -> list[Case]:
    return [case(name, op, *shapes) for name, shapes in SHAPES.items()]


def random_operands(rng: Rng, name: str, op: Any) -> Case:
    """Shapes that broadcast in any way; often one operand is constant."""
    shape = tuple(int(value) for value in rng.integers(1, 8, int(rng.integers(1, 6))))
    repeated = tuple(pick(rng, size, size, 1) for size in shape)
    shapes = pick(rng, (shape, shape), (shape, repeated), (repeated, shape), (shape, shape[-1:]))
    tensors = {"input": int8(rng, shapes[0]), "other": int8(rng, shapes[1])}
    return Case(name, op, tensors, pick(rng, OPERANDS, OPERANDS, ("input",)))
