"""Exact integer bounds, channel by channel, and how they pass through the arithmetic of layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...ir import INT8, INT32
from .arithmetic import requantize_array

Array = NDArray[Any]


@dataclass(frozen=True)
class Bounds:
    """Every element of channel c of a value is in [low[c], high[c]], whatever the input.

    int64 arrays with one element a channel; where low = high the channel is constant.
    """

    low: Array
    high: Array

    @property
    def constant(self) -> Array:
        """Which channels are constant."""
        return self.low == self.high

    def clamped(self, low: int, high: int) -> Bounds:
        return Bounds(np.clip(self.low, low, high), np.clip(self.high, low, high))

    def plus(self, offset: Array | int) -> Bounds:
        return Bounds(self.low + offset, self.high + offset)

    def or_value(self, value: int) -> Bounds:
        """Bounds of what is within these or is ``value``, such as padding."""
        return Bounds(np.minimum(self.low, value), np.maximum(self.high, value))

    def of(self, channels: Array) -> Bounds:
        """Bounds of the value that has these channels of this one; the array may have any rank."""
        return Bounds(self.low[channels], self.high[channels])


def any_int8(channels: int) -> Bounds:
    """All that is known from the type."""
    return Bounds(np.full(channels, INT8.low), np.full(channels, INT8.high))


def of_constant(data: Array) -> Bounds:
    """The bounds of known data [..., channels]."""
    flat = data.reshape(-1, data.shape[-1]).astype(np.int64)
    return Bounds(flat.min(axis=0), flat.max(axis=0))


def of_products(taps: Array, given: Bounds, axes: tuple[int, ...]) -> Bounds:
    """Of the sum over ``axes`` of taps times values within ``given``; int64, they broadcast."""
    ends = np.stack([taps * given.low, taps * given.high])
    return Bounds(ends.min(axis=0).sum(axis=axes), ends.max(axis=0).sum(axis=axes))


def of_requantized(sums: Bounds, multipliers: Array, shifts: Array, output_offset: int) -> Bounds:
    """Of requantized sums, before they are clamped.

    Requantization is monotone where nothing overflows; otherwise nothing is known.
    """
    multipliers, shifts = multipliers.astype(np.int64), shifts.astype(np.int64)
    widest = np.maximum(np.abs(sums.low), np.abs(sums.high)) << np.maximum(shifts, 0)
    safe = (widest < INT32.high) & (multipliers >= 0)
    low, high = (
        requantize_array(np.where(safe, end, 0), multipliers, shifts) + output_offset
        for end in (sums.low, sums.high)
    )
    return Bounds(np.where(safe, low, INT8.low), np.where(safe, high, INT8.high))
