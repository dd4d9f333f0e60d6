"""Random layers of slice, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, strided_shape
from .op import Slice


def any_layer(rng: Rng, name: str) -> Case:
    shape = strided_shape(rng)
    size = tuple(int(rng.integers(1, whole + 1)) for whole in shape)
    rest = zip(shape, size, strict=True)
    begin = tuple(int(rng.integers(whole - kept + 1)) for whole, kept in rest)
    return Case(name, Slice(begin, size), {"input": int8(rng, shape)})


RANDOM_LAYERS = (any_layer,)
