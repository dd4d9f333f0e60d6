"""Layers of log_mel with random data, for its cases and its random layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ir import limits
from ..base import Case
from .op import LARGEST_FILTER, LogMel

INT16 = limits("int16")

USUAL: dict[str, Any] = {"multiplier": 1 << 30, "shift": -13, "output_offset": -30}
"""48 powers of two over 192 steps of the output."""


def layer(
    rng: np.random.Generator,
    name: str,
    shape: tuple[int, int],
    *,
    bits: int,
    length: int,
    bands: int,
    loudness: int = 15,
    **fields: Any,
) -> Case:
    """``shape``: (batches, samples). The transform has 2^``bits`` samples, these are int16 of
    ``loudness`` bits beside the sign; filters are triangles as of a bank."""
    places = np.linspace(0, 1 << (bits - 1), bands + 2)
    steps = np.arange((1 << (bits - 1)) + 1)
    distance = np.abs(steps - places[1:-1, None]) / max(places[1], 1)
    tensors = {
        "input": rng.integers(-(1 << loudness), 1 << loudness, shape).astype(np.int16),
        "window": np.rint(np.hanning(length + 2)[1:-1] * INT16.high).astype(np.int16),
        "filters": np.rint(LARGEST_FILTER * np.clip(1 - distance, 0, 1)).astype(np.int16),
    }
    return Case(name, LogMel(**USUAL | fields), tensors)
