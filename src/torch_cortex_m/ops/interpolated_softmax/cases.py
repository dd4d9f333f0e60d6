"""The rows that interpolated_softmax must compute, everywhere."""

from __future__ import annotations

import numpy as np

from ...ir import INT16, TensorType
from ..base import Case
from ..rules.case_data import generator, random_data
from ..rules.exponentials import LARGEST_SHIFT_OF_INT16
from .op import InterpolatedSoftmax

LARGEST = (1 << 31) - 1
USUAL = {"multiplier": 1718013132, "shift": -2}


def of_data(name: str, data: np.ndarray, **fields: int) -> Case:
    op = InterpolatedSoftmax(**USUAL | fields)
    return Case(name, op, {"input": np.asarray(data, np.int16)})


def case(name: str, shape: tuple[int, ...], **fields: int) -> Case:
    """A case with random data."""
    data = random_data(generator(f"interpolated_softmax {name}"), TensorType(shape, "int16"))
    return of_data(name, data, **fields)


CASES = [
    case("rows", (3, 10)),
    case("1_row", (40,)),
    case("1_column", (7, 1)),
    case("2_columns", (50, 2)),
    case("rank_6", (1, 2, 1, 3, 2, 5)),
    case("flat", (4, 30), shift=-9),
    case("flattest", (2, 30), multiplier=LARGEST, shift=-31),
    case("steep", (4, 30), shift=3),
    case("steepest", (4, 30), multiplier=LARGEST, shift=LARGEST_SHIFT_OF_INT16),
    case("multiplier_0", (3, 5), multiplier=0, shift=0),
    case("long", (1, 3000)),
    of_data("lowest", np.full((2, 9), INT16.low)),
    of_data("highest", np.full((2, 9), INT16.high)),
    of_data("ends", np.array([INT16, INT16[::-1]]), multiplier=LARGEST, shift=15),
    of_data("every_difference", INT16.high - np.arange(0, 1 << 15, 7).reshape(-1, 1) * [0, 1]),
    of_data("longest", np.zeros((1, 1 << 15))),
]
