"""Layers of gru with random data, for its cases and its random layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import TensorType
from ..base import Case
from ..rules import recurrent_data
from ..rules.case_data import random_data
from .op import Gru


def layer(
    rng: np.random.Generator,
    name: str,
    shape: recurrent_data.Shape,
    units: int,
    sums: tuple[int, int] = (1 << 30, 0),
    **fields: Any,
) -> Case:
    usual: dict[str, Any] = recurrent_data.USUAL | {"hidden_shift": -7}
    initial = random_data(rng, TensorType((shape[0], units), "int16"))
    states = {"initial_state": initial}
    return recurrent_data.layer(rng, name, Gru(**(usual | fields)), shape, states, sums)
