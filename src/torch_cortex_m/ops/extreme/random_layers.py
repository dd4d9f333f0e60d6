"""Random layers of extreme, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, block_shape, int8
from .op import Extreme


def any_layer(rng: Rng, name: str) -> Case:
    return Case(name, Extreme(bool(rng.integers(2))), {"input": int8(rng, block_shape(rng))})


RANDOM_LAYERS = (any_layer,)
