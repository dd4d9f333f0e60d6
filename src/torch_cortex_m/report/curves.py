"""What less RAM and less flash cost, in estimated cycles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..generate import Generated
from ..generate.curve import ram_curve
from ..generate.flash_budget import flash_bytes, reduced_to
from ..select.choice import Choice

STEP = 0.9
"""Of the flash of one point, what the next one may take."""

MOST_POINTS = 24


def ram_points(generated: Generated) -> list[dict[str, Any]]:
    return [
        {"bytes": point.arena_bytes, "cycles": point.cycles, "layers_by_rows": point.by_rows}
        for point in ram_curve(generated)
    ]


def flash_points(choice: Choice) -> list[dict[str, Any]]:
    """From the fastest kernels to the smallest; code and constants, measured or estimated."""
    best = choice.with_kernels({name: kernels[-1] for name, kernels in choice.ranked.items()})
    return [{"bytes": size, "cycles": cycles} for size, cycles in _smaller(best)]


def _smaller(choice: Choice) -> Iterator[tuple[int, int]]:
    size = flash_bytes(choice)
    for _ in range(MOST_POINTS):
        yield size, choice.total_time
        choice = reduced_to(choice, int(size * STEP))
        last, size = size, flash_bytes(choice)
        if size >= last:
            return
