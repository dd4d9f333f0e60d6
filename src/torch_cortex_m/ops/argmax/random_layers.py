"""Random layers of argmax, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, block_shape, int8, pick
from .op import Argmax


def any_layer(rng: Rng, name: str) -> Case:
    values = int8(rng, block_shape(rng))
    op = Argmax(bool(rng.integers(2)), bool(rng.integers(2)))
    return Case(name, op, {"input": pick(rng, values, values // 32)})


RANDOM_LAYERS = (any_layer,)
