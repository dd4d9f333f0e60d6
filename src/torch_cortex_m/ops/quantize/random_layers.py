"""Random layers of quantize, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.random_data import Rng, pick, shape_of_elements
from .op import Quantize


def int8_layer(rng: Rng, name: str) -> Case:
    return _layer(rng, name, 1)


def int16_layer(rng: Rng, name: str) -> Case:
    return _layer(rng, name, 2)


def _layer(rng: Rng, name: str, output_bytes: int) -> Case:
    op = Quantize(
        float(np.exp(rng.uniform(-12, 12))),
        int(rng.integers(-128, 128)),
        bool(rng.random() < 0.5),
        output_bytes,
    )
    shape = shape_of_elements(rng)
    steps = (
        rng.normal(size=shape)
        * pick(rng, 1, 60, 60, 1e4)
        * pick(rng, 1, 256 ** (op.output_bytes - 1))
    )
    if rng.random() < 0.3:
        steps = np.round(2 * steps) / 2
    values = np.asarray(steps * op.scale, np.float32)
    values[rng.random(shape) < 0.05] = pick(rng, np.nan, np.inf, -np.inf, 1e-44, -3e38)
    return Case(name, op, {"input": values})


RANDOM_LAYERS = (int8_layer, int16_layer)
