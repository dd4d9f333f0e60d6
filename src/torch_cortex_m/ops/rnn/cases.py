"""The sequences that rnn must compute, everywhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ..base import Case
from ..rules.case_data import generator
from ..rules.recurrent_data import Shape
from .layers import layer

LARGEST = (1 << 31) - 1


def case(
    name: str, shape: Shape, units: int, *, sums: tuple[int, int] = (1 << 30, 0), **fields: Any
) -> Case:
    """``shape``: (batches, steps, features). ``sums``: multiplier and shift of the sums beyond
    those that spread them over int16."""
    return layer(generator(f"rnn {name}"), name, shape, units, sums, **fields)


def biased(name: str, value: int, **fields: Any) -> Case:
    """A case whose sums are all held at one end by their biases."""
    usual = case(name, (1, 4, 6), 5, **fields)
    biases = {"bias": np.full(5, value, np.int32)}
    return Case(name, usual.op, {**usual.tensors, **biases}, usual.activations)


def cases(prefix: str, **function: Any) -> Iterator[Case]:
    yield case(f"{prefix}plain", (1, 6, 10), 8, **function)
    yield case(f"{prefix}batches", (3, 4, 7), 5, **function)
    yield case(f"{prefix}time_major", (3, 4, 7), 5, time_major=True, **function)
    yield case(f"{prefix}time_major_1_step", (2, 1, 7), 5, time_major=True, **function)
    yield case(f"{prefix}wide", (1, 1, 33), 200, **function)
    yield case(f"{prefix}1_of_everything", (1, 1, 1), 1, **function)
    yield case(f"{prefix}1_unit", (2, 5, 3), 1, **function)
    yield case(f"{prefix}long", (1, 40, 4), 3, **function)
    for low, high in ((128, -128), (-127, 127)):
        points = {"input_offset": low, "hidden_zero_point": high}
        yield case(f"{prefix}zero_points_{high}", (1, 5, 6), 4, **points, **function)
    for kind, sums in (("large", (LARGEST, 5)), ("small", (LARGEST, -6)), ("zero", (0, 0))):
        yield case(f"{prefix}sums_are_{kind}", (1, 4, 6), 5, sums=sums, **function)
    for value in (-(1 << 30), 1 << 30):
        yield biased(f"{prefix}bias_{value}", value, **function)
    saturating = {"hidden_multiplier": LARGEST, "hidden_shift": -4}
    yield case(f"{prefix}saturates", (1, 5, 6), 4, **saturating, **function)


CASES = [*cases("tanh_"), *cases("relu_", relu=True)]
