"""Random layers of negate, for tests of every kernel."""

from __future__ import annotations

from torch_cortex_m.ops.base import Case
from torch_cortex_m.ops.rules.random_data import Rng, int8, output_range, shape_of_elements

from .op import Negate


def any_layer(rng: Rng, name: str) -> Case:
    op = Negate(
        input_offset=int(rng.integers(-127, 129)),
        multiplier=int(rng.integers(-(1 << 31) + 1, 1 << 31)),
        shift=int(rng.integers(-31, 31)),
        **output_range(rng),
    )
    return Case(name, op, {"input": int8(rng, shape_of_elements(rng))})


RANDOM_LAYERS = (any_layer,)
