"""Random layers of l2_normalization, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, pick
from .op import L2Normalization


def any_layer(rng: Rng, name: str) -> Case:
    row = pick(rng, int(rng.integers(1, 9)), int(rng.integers(1, 300)))
    values = int8(rng, (int(rng.integers(1, 7)), row))
    op = L2Normalization(pick(rng, 0, int(rng.integers(-127, 129))))
    return Case(name, op, {"input": pick(rng, values, values // 16)})


RANDOM_LAYERS = (any_layer,)
