"""What less RAM costs: the choices between the fastest one and the one that takes the least."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..errors import TcmError
from .generate import Generated, generate
from .preferences import LEAST, Preferences

STEP = 0.85
"""Of the arena of one point, what the next one may take."""


@dataclass(frozen=True)
class CurvePoint:
    """Bytes of the arena, and estimated cycles of one inference (0 where nothing is known).

    by_rows: how many layers compute a few rows at a time.
    """

    arena_bytes: int
    cycles: int
    by_rows: int


def ram_curve(generated: Generated) -> Iterator[CurvePoint]:
    """The choices for smaller and smaller budgets of RAM, the fastest one first."""
    preferences = replace(generated.preferences, ram_bytes=None)
    found, least = _chosen(generated, preferences), None
    while found is not None:
        yield _point(found)
        least = least or _chosen(generated, replace(preferences, ram_bytes=LEAST))
        bytes_of_least = 0 if least is None else least.plan.arena_bytes
        limit = int(found.plan.arena_bytes * STEP)
        last, found = found, None
        if 0 < limit >= bytes_of_least:
            found = _chosen(generated, replace(preferences, ram_bytes=limit))
        if found is None and least is not None and bytes_of_least < last.plan.arena_bytes:
            yield _point(least)


def _chosen(generated: Generated, preferences: Preferences) -> Generated | None:
    """None where nothing keeps the budget."""
    try:
        return generate(
            generated.graph,
            generated.target,
            prefix=generated.program.prefix,
            library=generated.library,
            preferences=preferences,
        )
    except TcmError:
        return None


def _point(generated: Generated) -> CurvePoint:
    by_rows = sum(len(region.slices()) for region in generated.plan.regions)
    return CurvePoint(generated.plan.arena_bytes, generated.estimated_cycles, by_rows)
