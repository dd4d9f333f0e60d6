"""Random layers of quotient, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.random_data import Rng, shape_of_elements
from .op import Quotient


def any_layer(rng: Rng, name: str) -> Case:
    divisor = int(rng.integers(1, 1 << int(rng.integers(1, 23))))
    low, high = sorted(int(each) for each in rng.integers(-128, 128, 2))
    op = Quotient(divisor, bool(rng.integers(2)), low, high)
    data = rng.integers(-140 * divisor, 140 * divisor, shape_of_elements(rng)).astype(np.int32)
    return Case(name, op, {"input": data})


RANDOM_LAYERS = (any_layer,)
