"""Seeded random parts of layers of the sizes that networks have: whole vector registers and rests,
with sums within int32 and with all extremes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ...ir import INT8
from ..base import Case
from ..integers.arithmetic import quantize_multiplier
from .random_data import Rng


def integer(rng: Rng, low: int, high: int) -> int:
    """A whole number in [low, high]."""
    return int(rng.integers(low, high + 1))


def chance(rng: Rng, probability: float) -> bool:
    return bool(rng.random() < probability)


def values(rng: Rng, shape: tuple[int, ...]) -> np.ndarray:
    """int8 of the whole range, now and then only the extremes."""
    if chance(rng, 0.1):
        return rng.choice(np.array(INT8, np.int8), shape)
    return rng.integers(INT8.low, INT8.high + 1, shape).astype(np.int8)


def requantization(rng: Rng, channels: int, taps: int) -> tuple[np.ndarray, np.ndarray]:
    """Multipliers and shifts: mostly such that the outputs spread over int8, or anything."""
    if chance(rng, 0.15):
        multipliers = rng.choice(np.array([0, 1, 1 << 30, (1 << 31) - 1]), channels)
        return multipliers.astype(np.int32), rng.integers(-31, 8, channels).astype(np.int32)
    center = 2.0 ** -(rng.uniform(5, 8) + np.log2(taps) / 2)
    pairs = [quantize_multiplier(center * 2.0 ** rng.uniform(-1.5, 1.5)) for _ in range(channels)]
    multipliers, shifts = (np.array(column, np.int32) for column in zip(*pairs, strict=True))
    if chance(rng, 0.1):
        shifts[rng.integers(channels)] = integer(rng, -1, 4)
    return multipliers, shifts


def bias(rng: Rng, channels: int) -> np.ndarray | None:
    if chance(rng, 0.2):
        return None
    high = 1 << integer(rng, 4, 30) if chance(rng, 0.2) else 10_000
    return rng.integers(-high, high, channels).astype(np.int32)


def ranges(rng: Rng) -> dict[str, Any]:
    """output_offset, activation_min, activation_max: none, a rectifier, or any clamp."""
    offset = int(rng.choice([*INT8, integer(rng, *INT8)]))
    kind = integer(rng, 0, 3)
    if kind == 0:
        low, high = INT8
    elif kind == 1:
        low, high = offset, INT8.high
    else:
        low, high = sorted((integer(rng, *INT8), integer(rng, *INT8)))
    return {"output_offset": offset, "activation_min": low, "activation_max": high}


def input_offset(rng: Rng) -> int:
    low, high = INT8.negated()
    return int(rng.choice([high, low, 0, integer(rng, low, high)]))


def pair(rng: Rng, low: int, high: int) -> tuple[int, int]:
    return integer(rng, low, high), integer(rng, low, high)


def channel_count(rng: Rng, largest: int) -> int:
    """Often a multiple of 4 or 16, as networks have."""
    step = int(rng.choice([1, 1, 4, 8, 16]))
    return step * integer(rng, 1, max(1, largest // step))


def window_fields(rng: Rng, kernel: tuple[int, int]) -> dict[str, Any]:
    dilation = pair(rng, 1, 3) if chance(rng, 0.2) else (1, 1)
    padding = tuple(integer(rng, 0, kernel[i % 2] // 2 + 1) for i in range(4))
    return {
        "stride": pair(rng, 1, 3) if chance(rng, 0.4) else (1, 1),
        "padding": padding if chance(rng, 0.7) else (0, 0, 0, 0),
        "dilation": dilation,
    }


def weighted_case(
    rng: Rng, name: str, op: object, inputs: np.ndarray, weight: np.ndarray, filters: int, taps: int
) -> Case:
    multipliers, shifts = requantization(rng, filters, taps)
    tensors = {
        "input": inputs,
        "weight": weight,
        "bias": bias(rng, filters),
        "multipliers": multipliers,
        "shifts": shifts,
    }
    return Case(name, op, tensors)


def more_channels(rng: Rng, case: Case) -> Case:
    """The layer with channels of one or more whole registers and a rest."""
    inputs = case.tensors["input"]
    assert inputs is not None
    shape = (*inputs.shape[:3], channel_count(rng, 40))
    return replace(case, tensors={"input": values(rng, shape)})
