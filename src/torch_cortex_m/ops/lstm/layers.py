"""Layers of lstm with random data, for its cases and its random layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import TensorType
from ..base import Case
from ..rules.case_data import random_bias, random_data, random_int8
from .op import GATES, Lstm

CELL_POWER = -12
ACTIVATIONS = ("input", "initial_hidden", "initial_cell")


def layer(
    rng: np.random.Generator,
    name: str,
    shape: tuple[int, int, int],
    units: int,
    sums: tuple[int, int] = (1 << 30, 0),
    **fields: Any,
) -> Case:
    """``shape``: (batches, steps, features). ``sums``: multiplier of the gates, and a shift beyond
    the one that spreads random sums over int16."""
    batches, steps, features = shape
    power = fields.setdefault("cell_power", CELL_POWER)
    usual = {
        "input_offset": 12,
        "hidden_zero_point": -3,
        "cell_multiplier": 1 << 30,
        "cell_shift": max(-29 - power, -31),
        "hidden_multiplier": 1 << 30,
        "hidden_shift": -21,
    }
    op = Lstm(**(usual | fields))
    leading = (steps, batches) if op.time_major else (batches, steps)
    tensors = {
        "input": random_int8(rng, (*leading, features)),
        "initial_hidden": random_int8(rng, (batches, units)),
        "initial_cell": random_data(rng, TensorType((batches, units), "int16")),
        "input_weight": random_int8(rng, (GATES * units, features)),
        "recurrent_weight": random_int8(rng, (GATES * units, units)),
        "bias": random_bias(rng, GATES * units),
        **_requantization(rng, "input", features, sums),
        **_requantization(rng, "recurrent", units, sums),
    }
    return Case(name, op, tensors, ACTIVATIONS)


def _requantization(
    rng: np.random.Generator, kind: str, taps: int, sums: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Each gate has a multiplier of its own, near the given one, and a shift."""
    multiplier, shift = sums
    multipliers = np.maximum(multiplier - rng.integers(0, 1 << 28, GATES), 0)
    center = 1 - int(np.log2(taps) / 2)
    shifts = rng.integers(center - 1, center + 2, GATES) + shift
    return {
        f"{kind}_multipliers": multipliers.astype(np.int32),
        f"{kind}_shifts": shifts.astype(np.int32),
    }
