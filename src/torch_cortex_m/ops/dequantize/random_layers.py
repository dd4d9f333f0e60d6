"""Random layers of dequantize, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.random_data import Rng, int8, pick, shape_of_elements
from .op import Dequantize


def any_layer(rng: Rng, name: str) -> Case:
    op = Dequantize(float(np.exp(rng.uniform(-60, 60))), int(rng.integers(-128, 128)))
    return Case(name, op, {"input": int8(rng, (*shape_of_elements(rng), pick(rng, 1, 20)))})


RANDOM_LAYERS = (any_layer,)
