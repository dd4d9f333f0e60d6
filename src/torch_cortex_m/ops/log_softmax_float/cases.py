"""The rows that log_softmax_float must compute, everywhere."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.case_data import generator
from .op import LogSoftmaxFloat


def case(name: str, shape: tuple[int, ...], spread: float, values: object = None) -> Case:
    """Numbers of this standard deviation, or ``values``."""
    drawn = generator(f"log_softmax_float {name}").normal(size=shape) * spread
    data = drawn if values is None else np.broadcast_to(np.array(values), shape)
    return Case(name, LogSoftmaxFloat(), {"input": data.astype(np.float32)})


CASES = [
    case("10_classes", (40, 10), 3.0),
    case("rank_1", (10,), 1.0),
    case("rank_4", (1, 3, 4, 5), 2.0),
    case("1_value", (3, 1), 5.0),
    case("2_values", (300, 2), 4.0),
    case("1000_values", (1, 1000), 1.0),
    *(case(f"spread_{spread:g}", (30, 9), spread) for spread in (1e-30, 1e-6, 1e-3, 30.0, 1e30)),
    case("equal", (2, 7), 0.0),
    case("powers_of_two", (1, 64), 0.0, 12.5),
    case("smallest_exponentials", (1, 6), 0.0, [-87.3, -103.2, -103.9, -104.1, 0.0, -1e38]),
]
