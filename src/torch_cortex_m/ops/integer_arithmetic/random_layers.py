"""Random layers of integer_arithmetic, for tests of every kernel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..base import Case
from ..rules.broadcast_cases import random_operands
from ..rules.integer_functions import Function
from ..rules.random_data import Rng, pick
from .op import IntegerArithmetic


def any_layer(rng: Rng, name: str) -> Case:
    op = IntegerArithmetic(int(rng.integers(len(Function))))
    drawn = random_operands(rng, name, op)
    factor = pick(rng, 1, 1, 1 << 20)
    data = {each: np.asarray(bytes_, np.int32) * factor for each, bytes_ in drawn.tensors.items()}
    return replace(drawn, tensors=data)


RANDOM_LAYERS = (any_layer,)
