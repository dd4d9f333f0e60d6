"""Random layers of to_float, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_data
from ..rules.random_data import Rng, pick, shape_of_elements
from .op import ToFloat


def any_layer(rng: Rng, name: str) -> Case:
    type_ = TensorType(shape_of_elements(rng), pick(rng, "int32", "bool"))
    return Case(name, ToFloat(), {"input": random_data(rng, type_)})


RANDOM_LAYERS = (any_layer,)
