"""Random layers of concatenate, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, strided_shape
from .op import Concatenate


def any_layer(rng: Rng, name: str) -> Case:
    shape = [*strided_shape(rng), 3]
    axis = int(rng.integers(len(shape)))
    other = [*shape]
    other[axis] = int(rng.integers(1, 6))
    tensors = {"first": int8(rng, tuple(shape)), "second": int8(rng, tuple(other))}
    return Case(name, Concatenate(axis), dict(tensors), ("first", "second"))


RANDOM_LAYERS = (any_layer,)
