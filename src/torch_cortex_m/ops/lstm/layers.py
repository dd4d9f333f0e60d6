"""Layers of lstm with random data, for its cases and its random layers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...ir import TensorType
from ..base import Case
from ..rules import recurrent_data
from ..rules.case_data import random_data, random_int8
from .op import Lstm

CELL_POWER = -12

WIDER = 8
"""Bits that int16 has more than int8."""


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


def widened(rng: np.random.Generator, case: Case) -> Case:
    """The case with input, hidden values and bias as wide as those of int16, zero points of 0, and
    gates and hidden values spread as before."""
    tensors = {name: data for name, data in case.tensors.items() if data is not None}
    for name in ("input", "initial_hidden"):
        tensors[name] = random_data(rng, TensorType(tensors[name].shape, "int16"))
    tensors["bias"] = tensors["bias"].astype(np.int64) << WIDER
    for name in ("input_shifts", "recurrent_shifts"):
        tensors[name] = tensors[name] - WIDER
    hidden_shift = case.op.hidden_shift + WIDER
    op = replace(case.op, input_offset=0, hidden_zero_point=0, hidden_shift=hidden_shift)
    return Case(f"{case.name}_int16", op, tensors, case.activations)
