"""Random layers of cumsum, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, block_shape, int8, output_range, pick
from .op import Cumsum


def any_layer(rng: Rng, name: str) -> Case:
    left_shift = pick(rng, 0, 0, 19)
    op = Cumsum(
        exclusive=bool(rng.integers(2)),
        reverse=bool(rng.integers(2)),
        input_offset=int(rng.integers(-127, 129)),
        start=pick(rng, 0, int(rng.integers(-127, 129))),
        left_shift=left_shift,
        multiplier=int(rng.integers(1 << 30, 1 << 31)),
        shift=int(rng.integers(-8, 2)) - left_shift,
        **output_range(rng),
    )
    return Case(name, op, {"input": int8(rng, block_shape(rng))})


RANDOM_LAYERS = (any_layer,)
