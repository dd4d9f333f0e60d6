"""Random layers of softmax, for tests of every kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..base import Case
from ..rules.exponentials import exponential_scaling
from ..rules.random_data import Rng, int8, pick
from .op import Softmax


def any_layer(rng: Rng, name: str) -> Case:
    multiplier, left_shift, diff_min = exponential_scaling(float(np.exp(rng.uniform(-12, 4))))
    if rng.random() < 0.3:
        diff_min = int(rng.integers(-300, 2))
    op = Softmax(multiplier, left_shift, diff_min)
    row = pick(rng, int(rng.integers(1, 30)), int(rng.integers(1, 30)), int(rng.integers(30, 700)))
    values = int8(rng, (int(rng.integers(1, 7)), row))
    return Case(name, op, {"input": pick(rng, values, values // 8, np.sort(values))})


def masked_layer(rng: Rng, name: str) -> Case:
    whole = any_layer(rng, name)
    values = whole.tensors["input"]
    assert values is not None
    shape = pick(rng, values.shape, values.shape[-1:])
    mask = rng.random(shape) < pick(rng, 0.1, 0.5, 0.9)
    return Case(name, whole.op, {"input": values, "mask": mask})


def wide_layer(rng: Rng, name: str) -> Case:
    narrow = any_layer(rng, name)
    op = replace(narrow.op, output_bits=16, diff_min=min(narrow.op.diff_min, 0))
    return Case(name, op, narrow.tensors)


RANDOM_LAYERS = (any_layer, masked_layer, wide_layer)
