"""Random layers of split, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, strided_shape
from .op import Split


def any_layer(rng: Rng, name: str) -> Case:
    shape = [*strided_shape(rng), 2]
    axis = int(rng.integers(len(shape)))
    shape[axis] += 1
    op = Split(axis, int(rng.integers(1, shape[axis])))
    return Case(name, op, {"input": int8(rng, tuple(shape))})


RANDOM_LAYERS = (any_layer,)
