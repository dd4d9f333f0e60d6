"""Random layers of running_sum, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_data
from ..rules.random_data import Rng, block_shape, int8
from .op import RunningSum


def any_layer(rng: Rng, name: str) -> Case:
    shape = block_shape(rng)
    sums = random_data(rng, TensorType((shape[0], shape[2]), "int32"))
    tensors = {"sums": sums, "newest": int8(rng, shape), "oldest": int8(rng, shape)}
    return Case(name, RunningSum(), tensors, ("sums", "newest", "oldest"))


def additions(rng: Rng, name: str) -> Case:
    case = any_layer(rng, name)
    tensors = {**case.tensors, "oldest": None}
    return Case(name, RunningSum(), tensors, ("sums", "newest"))


RANDOM_LAYERS = (any_layer, additions)
