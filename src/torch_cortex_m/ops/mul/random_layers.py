"""Random layers of mul, for tests of every kernel."""

from __future__ import annotations

from ..base import Case
from ..rules.random_data import Rng, int8, output_range, pick
from ..rules.wide_cases import widened_layer
from .op import Mul


def any_layer(rng: Rng, name: str) -> Case:
    shape = tuple(int(value) for value in rng.integers(1, 8, int(rng.integers(1, 5))))
    repeated = tuple(pick(rng, size, size, 1) for size in shape)
    shapes = pick(rng, (shape, shape), (shape, repeated), (repeated, shape), (shape, shape[-1:]))
    op = Mul(
        input_offset=int(rng.integers(-127, 129)),
        other_offset=int(rng.integers(-127, 129)),
        multiplier=int(rng.integers(-(1 << 31) + 1, 1 << 31)),
        shift=pick(rng, int(rng.integers(-31, 31)), int(rng.integers(-9, -3))),
        **output_range(rng),
    )
    tensors = {"input": int8(rng, shapes[0]), "other": int8(rng, shapes[1])}
    return Case(name, op, tensors, pick(rng, ("input", "other"), ("input", "other"), ("input",)))


RANDOM_LAYERS = (any_layer, widened_layer(any_layer))
