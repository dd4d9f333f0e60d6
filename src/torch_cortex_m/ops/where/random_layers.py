"""Random layers of where, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_data
from ..rules.random_data import Rng, pick
from .op import NAMES, Where


def any_layer(rng: Rng, name: str) -> Case:
    shape = tuple(int(value) for value in rng.integers(1, 8, int(rng.integers(1, 5))))
    dtype = pick(rng, "int8", "int8", "bool")
    tensors = {}
    for argument in NAMES:
        repeated = tuple(pick(rng, size, size, 1) for size in shape)
        type_ = TensorType(pick(rng, shape, repeated, shape[-1:], ()), "bool")
        type_ = type_ if argument == "condition" else TensorType(type_.shape, dtype)
        tensors[argument] = random_data(rng, type_)
    return Case(name, Where(), tensors, pick(rng, NAMES, NAMES, ("condition", "input")))


RANDOM_LAYERS = (any_layer,)
