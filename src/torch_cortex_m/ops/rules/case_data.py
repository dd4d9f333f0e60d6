"""Seeded random data for the operators' CASES."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np

from ...ir import INT8, TensorType
from ..base import Case


def generator(name: str) -> np.random.Generator:
    """A generator whose seed is the case's name, so that a case never depends on its neighbours."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def random_data(rng: np.random.Generator, type_: TensorType) -> np.ndarray:
    """Any values of the type: integers over its whole range, floats from a normal distribution."""
    if type_.dtype == "float32":
        return rng.normal(size=type_.shape).astype(np.float32)
    low, high = (0, 1) if type_.dtype == "bool" else type_.limits
    return rng.integers(low, high, type_.shape, dtype=np.int64, endpoint=True).astype(type_.storage)


def random_int8(
    rng: np.random.Generator, shape: tuple[int, ...], low: int = INT8.low
) -> np.ndarray:
    return rng.integers(low, INT8.high + 1, shape).astype(np.int8)


def random_bias(rng: np.random.Generator, channels: int) -> np.ndarray:
    return rng.integers(-20000, 20000, channels).astype(np.int32)


def random_requantization(
    rng: np.random.Generator, channels: int, taps: int
) -> tuple[np.ndarray, np.ndarray]:
    """Multipliers and shifts that spread the sums of ``taps`` random products over int8."""
    multipliers = rng.integers(1 << 30, 1 << 31, channels).astype(np.int32)
    center = -7 - int(np.log2(max(taps, 1)) / 2)
    shifts = rng.integers(center - 1, center + 2, channels).astype(np.int32)
    return multipliers, shifts


def at_ends(case: Case, *ends: int) -> Case:
    """The case with inputs and weights of these values only: the largest products."""
    rng = generator(f"{case.name} at ends")
    tensors = dict(case.tensors)
    for name, given in case.tensors.items():
        if given is not None and name in ("input", "weight"):
            tensors[name] = rng.choice(np.array(ends, np.int8), given.shape)
    return replace(case, tensors=tensors)
