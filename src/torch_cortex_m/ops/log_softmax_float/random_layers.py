"""Random layers of log_softmax_float, for tests of every kernel."""

from __future__ import annotations

import numpy as np

from ..base import Case
from ..rules.random_data import Rng
from .op import LogSoftmaxFloat


def any_layer(rng: Rng, name: str) -> Case:
    shape = (int(rng.integers(1, 9)), int(rng.integers(1, 40)))
    values = rng.normal(size=shape) * np.exp(rng.uniform(-5, 4))
    return Case(name, LogSoftmaxFloat(), {"input": values.astype(np.float32)})


RANDOM_LAYERS = (any_layer,)
