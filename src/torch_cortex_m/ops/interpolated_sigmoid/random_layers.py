"""Random layers of interpolated_sigmoid, for tests of every kernel."""

from __future__ import annotations

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_data
from ..rules.random_data import Rng, pick, shape_of_elements
from .op import InterpolatedSigmoid


def any_layer(rng: Rng, name: str) -> Case:
    multiplier, shift = pick(
        rng,
        (int(rng.integers(1 << 14, 1 << 15)), int(rng.integers(8, 20))),
        (int(rng.integers(1 << 15)), int(rng.integers(31))),
    )
    op = InterpolatedSigmoid(multiplier=multiplier, shift=shift, hyperbolic=bool(rng.integers(2)))
    data = random_data(rng, TensorType(shape_of_elements(rng), "int16"))
    return Case(name, op, {"input": data})


RANDOM_LAYERS = (any_layer,)
