"""Random layers of sort, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.random_data import Rng, int8, pick
from .op import Sort


def any_layer(rng: Rng, name: str) -> Case:
    row = pick(rng, int(rng.integers(1, 20)), int(rng.integers(1, 300)))
    values = int8(rng, (int(rng.integers(1, 5)), row))
    op = Sort(int(rng.integers(1, row + 1)), bool(rng.integers(2)))
    return Case(name, op, {"input": pick(rng, values, values // 32)})


def of_int32(rng: Rng, name: str) -> Case:
    case = any_layer(rng, name)
    values = np.asarray(case.tensors["input"], np.int32) << pick(rng, 0, 24)
    return Case(name, case.op, {"input": values})


RANDOM_LAYERS = (any_layer, of_int32)
