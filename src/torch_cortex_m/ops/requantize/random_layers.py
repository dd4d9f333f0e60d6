"""Random layers of requantize, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, output_range, pick, shape_of_elements
from .op import Requantize


def any_layer(rng: Rng, name: str) -> Case:
    shift = pick(rng, 0, 0, int(rng.integers(-31, 31)), int(rng.integers(-6, 4)))
    op = Requantize(
        input_offset=int(rng.integers(-127, 129)),
        multiplier=int(rng.integers(-(1 << 31) + 1, 1 << 31)),
        shift=shift,
        **output_range(rng),
    )
    return Case(name, op, {"input": int8(rng, (*shape_of_elements(rng), pick(rng, 1, 20)))})


RANDOM_LAYERS = (any_layer,)
