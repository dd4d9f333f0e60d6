"""Random layers of lstm, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, operand_offset, pick
from .layers import layer
from .op import NO_CLIP


def any_layer(rng: Rng, name: str) -> Case:
    batches, steps = pick(rng, 1, 1, int(rng.integers(1, 4))), int(rng.integers(1, 8))
    features, units = int(rng.integers(1, 30)), int(rng.integers(1, 20))
    return layer(
        rng,
        name,
        (batches, steps, features),
        units,
        (int(rng.integers(1 << 30, 1 << 31)), int(rng.integers(-5, 3))),
        input_offset=operand_offset(rng),
        hidden_zero_point=int(rng.integers(-128, 128)),
        cell_power=int(rng.integers(-16, -7)),
        cell_clip=pick(rng, NO_CLIP, NO_CLIP, int(rng.integers(0, NO_CLIP))),
        hidden_shift=int(rng.integers(-23, -19)),
        time_major=bool(rng.integers(2)),
    )


RANDOM_LAYERS = (any_layer,)
