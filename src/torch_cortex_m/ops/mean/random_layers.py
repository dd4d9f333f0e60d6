"""Random layers of mean, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ...ir import Quantization
from ..base import Case
from ..rules.random_data import Rng, int8, output_range, pick
from ..rules.wide_cases import widened_layer
from .op import Mean, rescaling


def any_layer(rng: Rng, name: str) -> Case:
    count = pick(rng, int(rng.integers(1, 20)), int(rng.integers(1, 20)), int(rng.integers(1, 800)))
    scales = [
        Quantization(float(scale), int(rng.integers(-128, 128)))
        for scale in np.exp(rng.uniform(-3, 0, 2))
    ]
    op = Mean(
        **rescaling(scales[0], scales[1], count),
        input_offset=int(rng.integers(-127, 129)),
        **output_range(rng),
    )
    shape = (int(rng.integers(1, 4)), count, pick(rng, 1, int(rng.integers(1, 20))))
    return Case(name, op, {"input": int8(rng, shape)})


RANDOM_LAYERS = (any_layer, widened_layer(any_layer))
