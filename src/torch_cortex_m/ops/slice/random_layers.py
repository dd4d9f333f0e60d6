"""Random layers of slice, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, pick, strided_shape
from .op import Slice


def any_layer(rng: Rng, name: str) -> Case:
    """A box."""
    shape = strided_shape(rng)
    size = tuple(int(rng.integers(1, whole + 1)) for whole in shape)
    rest = zip(shape, size, strict=True)
    begin = tuple(int(rng.integers(whole - kept + 1)) for whole, kept in rest)
    return Case(name, Slice(begin, size), {"input": int8(rng, shape)})


def stepping_layer(rng: Rng, name: str) -> Case:
    shape = strided_shape(rng)
    begin, size, step = zip(*(_places(rng, whole) for whole in shape), strict=True)
    return Case(name, Slice(begin, size, step), {"input": int8(rng, shape)})


def _places(rng: Rng, whole: int) -> tuple[int, int, int]:
    """First, count and distance of places in a dimension."""
    step = pick(rng, 1, 1, 2, 3, 0, -1, -2)
    first, last = int(rng.integers(whole)), whole - 1 if step > 0 else 0
    most = int(rng.integers(1, 5)) if step == 0 else (last - first) // step + 1
    return first, int(rng.integers(1, most + 1)), step


RANDOM_LAYERS = (any_layer, stepping_layer)
