"""Layers of lstm with random data, for its cases and its random layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import TensorType
from ..base import Case
from ..rules import recurrent_data
from ..rules.case_data import random_data, random_int8
from .op import Lstm

CELL_POWER = -12


def layer(
    rng: np.random.Generator,
    name: str,
    shape: recurrent_data.Shape,
    units: int,
    sums: tuple[int, int] = (1 << 30, 0),
    **fields: Any,
) -> Case:
    power = fields.setdefault("cell_power", CELL_POWER)
    usual: dict[str, Any] = recurrent_data.USUAL | {
        "cell_multiplier": 1 << 30,
        "cell_shift": max(-29 - power, -31),
        "hidden_shift": -21,
    }
    states = {
        "initial_hidden": random_int8(rng, (shape[0], units)),
        "initial_cell": random_data(rng, TensorType((shape[0], units), "int16")),
    }
    return recurrent_data.layer(rng, name, Lstm(**(usual | fields)), shape, states, sums)
