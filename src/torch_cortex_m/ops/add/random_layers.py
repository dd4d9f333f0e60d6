"""Random layers of add, for tests of every kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..base import Case
from ..rules.random_data import Rng, int8, output_range, pick
from ..rules.scaled_operands import rescaling
from ..rules.wide_cases import widened_layer
from .op import Add


def any_layer(rng: Rng, name: str) -> Case:
    shape = tuple(int(value) for value in rng.integers(1, 8, int(rng.integers(1, 5))))
    repeated = tuple(pick(rng, size, size, 1) for size in shape)
    shapes = pick(rng, (shape, shape), (shape, repeated), (repeated, shape), (shape, shape[-1:]))
    scales = (
        np.exp(rng.uniform(-4, 0, 3)) if rng.random() < 0.7 else rng.choice([0.5, 0.25, 0.1], 3)
    )
    first, second, output = (float(scale) for scale in scales)
    fields: dict[str, Any] = rescaling(first, second, output)
    if rng.random() < 0.2:
        fields |= {name: int(rng.integers(-6, 1)) for name in ("input_shift", "other_shift")}
        fields |= {"output_shift": int(rng.integers(-22, -12))}
    offsets = {name: int(rng.integers(-127, 129)) for name in ("input_offset", "other_offset")}
    op = Add(**fields, **offsets, **output_range(rng))
    return Case(
        name,
        op,
        {"input": int8(rng, shapes[0]), "other": int8(rng, shapes[1])},
        pick(rng, ("input", "other"), ("input", "other"), ("input",)),
    )


RANDOM_LAYERS = (any_layer, widened_layer(any_layer))
