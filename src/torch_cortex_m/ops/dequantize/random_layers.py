"""Random layers of dequantize, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ...ir import limits
from ..base import Case
from ..rules.random_data import Rng, int8, pick, shape_of_elements
from .op import Dequantize


def int8_layer(rng: Rng, name: str) -> Case:
    return Case(name, _dequantize(rng), {"input": int8(rng, _shape(rng))})


def int16_layer(rng: Rng, name: str) -> Case:
    values = rng.integers(*limits("int16"), _shape(rng), np.int16, endpoint=True)
    return Case(name, _dequantize(rng), {"input": values})


def _dequantize(rng: Rng) -> Dequantize:
    return Dequantize(float(np.exp(rng.uniform(-60, 60))), int(rng.integers(-128, 128)))


def _shape(rng: Rng) -> tuple[int, ...]:
    return (*shape_of_elements(rng), pick(rng, 1, 20))


RANDOM_LAYERS = (int8_layer, int16_layer)
