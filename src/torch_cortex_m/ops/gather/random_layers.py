"""Random layers of gather, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.random_data import Rng, int8, pick, strided_shape
from .op import Gather


def any_layer(rng: Rng, name: str) -> Case:
    """Now and then with indices outside."""
    shape = strided_shape(rng)
    axis = int(rng.integers(len(shape)))
    margin = pick(rng, 0, 0, 3)
    indices = rng.integers(-margin, shape[axis] + margin, pick(rng, 1, 2, shape[axis], 20))
    tensors = {"input": int8(rng, shape), "indices": indices.astype(np.int32)}
    return Case(name, Gather(axis), dict(tensors), pick(rng, ("input",), ("input", "indices")))


RANDOM_LAYERS = (any_layer,)
