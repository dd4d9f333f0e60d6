"""Random layers of interpolated_softmax, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_data
from ..rules.exponentials import LARGEST_SHIFT_OF_INT16
from ..rules.random_data import Rng, pick
from .op import InterpolatedSoftmax


def any_layer(rng: Rng, name: str) -> Case:
    shape = tuple(int(size) for size in rng.integers(1, 9, int(rng.integers(1, 4))))
    usual, any_shift = rng.integers(-6, 2), rng.integers(-31, LARGEST_SHIFT_OF_INT16 + 1)
    op = InterpolatedSoftmax(
        multiplier=int(rng.integers(1 << 30, 1 << 31)), shift=int(pick(rng, usual, any_shift))
    )
    data = random_data(rng, TensorType((*shape, int(rng.integers(1, 40))), "int16"))
    return Case(name, op, {"input": data >> int(rng.integers(0, 8))})


RANDOM_LAYERS = (any_layer,)
