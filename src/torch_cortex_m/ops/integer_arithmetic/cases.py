"""What integer_arithmetic must compute, everywhere."""

from __future__ import annotations

import numpy as np

from ...ir import INT32, TensorType
from ..base import Case
from ..rules.broadcast_cases import SHAPES, Shape
from ..rules.broadcasting import OPERANDS
from ..rules.case_data import generator, random_data
from ..rules.integer_functions import Function
from .op import IntegerArithmetic

ENDS = np.array([INT32.low, INT32.low + 1, -65537, -7, -2, -1, 0, 1, 2, 3, 7, 31, 32, 65537,
                 INT32.high - 1, INT32.high], np.int32)  # fmt: skip


def every_pair(function: Function) -> Case:
    """A row and a column of integers where something may go wrong."""
    tensors = {"input": ENDS.reshape(-1, 1), "other": ENDS}
    name = f"{function.name.lower()}_of_ends"
    return Case(name, IntegerArithmetic(int(function)), tensors, OPERANDS)


def shaped(name: str, input: Shape, other: Shape) -> Case:
    rng = generator(f"integer_arithmetic {name}")
    shapes = zip(OPERANDS, (input, other), strict=True)
    tensors = {each: random_data(rng, TensorType(shape, "int32")) for each, shape in shapes}
    return Case(name, IntegerArithmetic(int(Function.SUBTRACT)), tensors, OPERANDS)


CASES = [
    *(every_pair(function) for function in Function),
    *(shaped(name, *shapes) for name, shapes in SHAPES.items()),
]
