"""Random layers of variance, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..integers.arithmetic import quantize_multiplier
from ..rules.random_data import Rng, block_shape, int8, output_range, pick
from .op import Variance


def any_layer(rng: Rng, name: str) -> Case:
    shape = block_shape(rng)
    centered, root = (bool(value) for value in rng.integers(0, 2, 2))
    squares = 5461.0 * shape[1] * (shape[1] if centered else 1)
    real = float(np.exp(rng.uniform(-3, 6))) / (squares**0.5 if root else squares)
    multiplier, shift = quantize_multiplier(real)
    op = Variance(
        centered=centered,
        root=root,
        multiplier=multiplier,
        shift=pick(rng, shift, shift, shift, int(rng.integers(-31, 31))),
        input_offset=int(rng.integers(-127, 129)),
        **output_range(rng),
    )
    values = int8(rng, shape)
    return Case(name, op, {"input": pick(rng, values, values // 32)})


RANDOM_LAYERS = (any_layer,)
