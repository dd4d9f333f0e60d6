"""Places in an argument that go on as they began, one period of positions after the other."""

from __future__ import annotations

import numpy as np

from ..integers.bounds import Array
from ..interfaces import Reach


def periodic_reach(places: Array, axis: int, unit: int = 1) -> Reach | None:
    """That of an output whose positions lie at these places in an argument, in 1 / ``unit`` of its
    positions, and depend on those around them; None where they are not alike, whole periods apart.
    """
    count = len(places)
    for period in (n for n in range(1, count // 2 + 1) if count % n == 0):
        stride, part = divmod(int(places[period] - places[0]), unit)
        steps = places[period:] - places[:-period]
        if stride > 0 and part == 0 and np.all(steps == stride * unit):
            read = positions_read(places[:period], unit)
            return Reach(axis, read.start, stride, len(read), period=period)
    return None


def positions_read(places: Array, unit: int = 1) -> range:
    """From the first to the last position around these places."""
    return range(int(places.min()) // unit, -(-int(places.max()) // unit) + 1)


def periodic_positions(places: Array, unit: int = 1) -> range | None:
    """The positions between the first and the last ones that are alike, whole periods apart, so
    that a period, and what is before and behind them, is short; None where that is never so."""
    found: list[tuple[int, range]] = []
    for period in range(1, len(places) // 2 + 1):
        run = _longest_run(places[period:] - places[:-period], unit)
        count = (len(run) + period) // period * period
        if len(run) and count >= 2 * period:
            positions = range(run.start, run.start + count)
            rest = len(places) - positions.stop
            found.append((max(positions.start, period, rest), positions))
    longest, positions = min(found, key=lambda each: each[0], default=(len(places), None))
    return positions if 2 * longest <= len(places) else None


def _longest_run(steps: Array, unit: int) -> range:
    """Of equal steps by whole positions."""
    ends = [*(np.flatnonzero(np.diff(steps)) + 1), len(steps)]
    runs = [range(first, end) for first, end in zip([0, *ends], ends, strict=False)]
    whole = [run for run in runs if steps[run.start] > 0 and steps[run.start] % unit == 0]
    return max(whole, key=len, default=range(0))
