"""Random layers of log_softmax, for tests of every kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import Quantization
from ..base import Case
from ..rules.random_data import Rng, int8, pick
from .op import LogSoftmax, scaling


def any_layer(rng: Rng, name: str) -> Case:
    input = Quantization(float(np.exp(rng.uniform(-8, 3))), 0)
    output = Quantization(float(np.exp(rng.uniform(-6, 0))), int(rng.integers(-128, 128)))
    fields: dict[str, Any] = scaling(input, output)
    row = pick(rng, int(rng.integers(1, 30)), int(rng.integers(1, 30)), int(rng.integers(30, 700)))
    values = int8(rng, (int(rng.integers(1, 7)), row))
    return Case(name, LogSoftmax(**fields), {"input": pick(rng, values, values // 8)})


RANDOM_LAYERS = (any_layer,)
