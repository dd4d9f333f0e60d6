"""Random layers of integer_sum, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_data
from ..rules.random_data import Rng, block_shape, pick
from .op import IntegerSum


def any_layer(rng: Rng, name: str) -> Case:
    type_ = TensorType(block_shape(rng), pick(rng, "bool", "int32"))
    return Case(name, IntegerSum(), {"input": random_data(rng, type_)})


RANDOM_LAYERS = (any_layer,)
