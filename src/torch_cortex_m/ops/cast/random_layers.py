"""Random layers of cast, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_data
from ..rules.integer_types import OUTPUTS
from ..rules.random_data import Rng, pick, shape_of_elements
from .cases import SOURCES
from .op import Cast


def any_layer(rng: Rng, name: str) -> Case:
    type_ = TensorType(shape_of_elements(rng), pick(rng, *SOURCES))
    return Case(name, Cast(pick(rng, *OUTPUTS)), {"input": random_data(rng, type_)})


RANDOM_LAYERS = (any_layer,)
