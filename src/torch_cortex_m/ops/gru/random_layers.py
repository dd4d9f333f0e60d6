"""Random layers of gru, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng
from ..rules.recurrent_data import random_fields, random_sizes
from .layers import layer
from .op import LEAST_POWER


def any_layer(rng: Rng, name: str) -> Case:
    shape, units = random_sizes(rng)
    return layer(
        rng,
        name,
        shape,
        units,
        (int(rng.integers(1 << 30, 1 << 31)), int(rng.integers(-5, 3))),
        state_power=int(rng.integers(LEAST_POWER, 1)),
        hidden_shift=int(rng.integers(-9, -5)),
        **random_fields(rng),
    )


RANDOM_LAYERS = (any_layer,)
