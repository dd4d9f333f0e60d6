"""Random data of recurrent layers, for their cases and their random layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import INT8
from ..base import Case
from .case_data import random_bias, random_int8
from .random_data import operand_offset, pick
from .recurrent import RecurrentOp

Shape = tuple[int, int, int]
"""(batches, steps, features)"""

USUAL: dict[str, Any] = {
    "input_offset": 12,
    "hidden_zero_point": -3,
    "hidden_multiplier": 1 << 30,
}


def layer(
    rng: np.random.Generator,
    name: str,
    op: RecurrentOp,
    shape: Shape,
    states: dict[str, np.ndarray],
    sums: tuple[int, int],
) -> Case:
    """The operator on random data. states: what it begins with, [B, S] each. sums: multiplier of
    the gates, and a shift beyond the one that spreads random sums over int16."""
    batches, steps, features = shape
    units = next(iter(states.values())).shape[1]
    rows = op.gates * units
    leading = (steps, batches) if op.time_major else (batches, steps)
    tensors = {
        "input": random_int8(rng, (*leading, features)),
        **states,
        "input_weight": random_int8(rng, (rows, features)),
        "recurrent_weight": random_int8(rng, (rows, units)),
        **{bias: random_bias(rng, rows) for bias in op.biases},
        **_requantization(rng, "input", op.gates, features, sums),
        **_requantization(rng, "recurrent", op.gates, units, sums),
    }
    return Case(name, op, tensors, ("input", *states))


def _requantization(
    rng: np.random.Generator, kind: str, gates: int, taps: int, sums: tuple[int, int]
) -> dict[str, np.ndarray]:
    """Each gate has a multiplier of its own, near the given one, and a shift."""
    multiplier, shift = sums
    multipliers = np.maximum(multiplier - rng.integers(0, 1 << 28, gates), 0)
    center = 1 - int(np.log2(taps) / 2)
    shifts = rng.integers(center - 1, center + 2, gates) + shift
    return {
        f"{kind}_multipliers": multipliers.astype(np.int32),
        f"{kind}_shifts": shifts.astype(np.int32),
    }


def random_sizes(rng: np.random.Generator) -> tuple[Shape, int]:
    """A small layer's sizes, and its units."""
    batches, steps = pick(rng, 1, 1, int(rng.integers(1, 4))), int(rng.integers(1, 8))
    features, units = int(rng.integers(1, 30)), int(rng.integers(1, 20))
    return (batches, steps, features), units


def random_fields(rng: np.random.Generator) -> dict[str, Any]:
    return {
        "input_offset": operand_offset(rng),
        "hidden_zero_point": int(rng.integers(INT8.low, INT8.high + 1)),
        "time_major": bool(rng.integers(2)),
    }
