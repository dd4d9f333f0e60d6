"""Random layers of transpose, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, strided_shape
from .op import Transpose


def any_layer(rng: Rng, name: str) -> Case:
    shape = strided_shape(rng)
    op = Transpose(tuple(int(axis) for axis in rng.permutation(len(shape))))
    return Case(name, op, {"input": int8(rng, shape)})


RANDOM_LAYERS = (any_layer,)
