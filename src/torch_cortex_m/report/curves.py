"""What less RAM and less flash cost, in estimated cycles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..generate import Generated
from ..generate.curve import ram_curve
from ..generate.flash_budget import smaller_choices
from ..select.choice import Choice

STEP = 0.9
"""Of the flash of one point, what the next one may take."""


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
    """Points that differ enough, and the smallest one."""
    limit: float | None = None
    last: tuple[int, int] | None = None
    for size, smaller in smaller_choices(choice):
        last = size, smaller.total_time
        if limit is None or size <= limit:
            yield last
            last, limit = None, size * STEP
    if last is not None:
        yield last
