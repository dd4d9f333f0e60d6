"""Random layers of pad, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, pick, strided_shape
from ..rules.wide_cases import widened_layer
from .op import Pad


def any_layer(rng: Rng, name: str) -> Case:
    shape = strided_shape(rng)
    padding = rng.integers(0, 4, 2 * len(shape)) * (rng.random(2 * len(shape)) < 0.4)
    padding[-2:] *= pick(rng, 0, 1, 7)
    op = Pad(tuple(int(count) for count in padding), int(rng.integers(-128, 128)))
    return Case(name, op, {"input": int8(rng, shape)})


def layer_of_words(rng: Rng, name: str) -> Case:
    """Runs, and their places in the output, are multiples of four bytes."""
    shape = tuple(int(size) for size in rng.integers(1, 6, 3))
    padding = rng.integers(0, 4, 8)
    padding[-2:] *= 4 * pick(rng, 0, 1)
    op = Pad(tuple(int(count) for count in padding), int(rng.integers(-128, 128)))
    return Case(name, op, {"input": int8(rng, (*shape, 4 * int(rng.integers(1, 20))))})


RANDOM_LAYERS = (any_layer, layer_of_words, widened_layer(any_layer))
