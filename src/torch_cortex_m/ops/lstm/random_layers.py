"""Random layers of lstm, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, pick
from ..rules.recurrent_data import random_fields, random_sizes
from .layers import layer, widened
from .op import NO_CLIP


def any_layer(rng: Rng, name: str) -> Case:
    shape, units = random_sizes(rng)
    return layer(
        rng,
        name,
        shape,
        units,
        (int(rng.integers(1 << 30, 1 << 31)), int(rng.integers(-5, 3))),
        cell_power=int(rng.integers(-16, -7)),
        cell_clip=pick(rng, NO_CLIP, NO_CLIP, int(rng.integers(0, NO_CLIP))),
        hidden_shift=int(rng.integers(-23, -19)),
        **random_fields(rng),
    )


def any_wide_layer(rng: Rng, name: str) -> Case:
    return widened(rng, any_layer(rng, name))


RANDOM_LAYERS = (any_layer, any_wide_layer)
