"""Random layers of normalize, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ...ir import Quantization
from ..base import Case
from ..rules.random_data import Rng, int8, output_range, pick
from .op import Normalize
from .scaling import bias_steps, scaling


def any_layer(rng: Rng, name: str) -> Case:
    size = int(rng.integers(1, 40))
    shape = pick(
        rng,
        (int(rng.integers(1, 6)), 1, 1, size),
        (int(rng.integers(1, 3)), size, int(rng.integers(1, 9)), 1),
        (1, int(rng.integers(1, 20)), int(rng.integers(1, 4)), int(rng.integers(1, 7))),
    )
    input, output = (
        Quantization(float(np.exp(rng.uniform(-6, 1))), int(rng.integers(-128, 128)))
        for _ in range(2)
    )
    fields, multipliers = scaling(
        input,
        output,
        centered=bool(rng.integers(0, 2)),
        count=shape[1] * shape[3],
        epsilon=pick(rng, 0.0, 1e-12, 1e-5, 1e-3, 0.5),
        factors=rng.normal(size=shape[2:]) if rng.random() < 0.7 else np.ones(shape[2:]),
    )
    values = int8(rng, shape)
    tensors = {
        "input": pick(rng, values, values // 16, np.where(values < 100, 5, values).astype(np.int8)),
        "multipliers": multipliers,
        "bias": bias_steps(rng.normal(size=shape[2:]), output) if rng.random() < 0.7 else None,
    }
    return Case(name, Normalize(**(fields | output_range(rng))), tensors)


RANDOM_LAYERS = (any_layer,)
