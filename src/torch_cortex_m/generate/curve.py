"""What less RAM costs: the choices between the fastest one and the one that takes the least."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..errors import TcmError
from ..ir import Graph
from ..schedule import whole_name
from ..select import CostModel
from .flash_budget import Flash
from .generate import Generated, cost_model, generate
from .preferences import LEAST, Preferences
from .rows_cost import cost_of_rows, rows_code

STEP = 0.85
"""Of the arena of one point, what the next one may take."""


@dataclass(frozen=True)
class CurvePoint:
    """Bytes of the arena, and estimated cycles of one inference (0 where nothing is known).

    by_rows: how many of the network's layers compute a few rows at a time; one in strips is one.
    flash_bytes: of the layers' code and constants, measured or estimated, and of the loops that go
    by rows.
    """

    arena_bytes: int
    cycles: int
    by_rows: int
    flash_bytes: int


def ram_curve(generated: Generated) -> Iterator[CurvePoint]:
    """The choices for smaller and smaller budgets of RAM, the fastest one first, whatever budget
    was kept before."""
    preferences = replace(generated.preferences, ram_bytes=None)
    model = cost_model(generated.target, preferences)
    found, least = _chosen(generated, preferences), None
    while found is not None:
        yield curve_point(found, generated.uncut, model)
        least = least or _chosen(generated, replace(preferences, ram_bytes=LEAST))
        bytes_of_least = 0 if least is None else least.plan.arena_bytes
        limit = int(found.plan.arena_bytes * STEP)
        last, found = found, None
        if 0 < limit >= bytes_of_least:
            found = _chosen(generated, replace(preferences, ram_bytes=limit))
        if found is None and least is not None and bytes_of_least < last.plan.arena_bytes:
            yield curve_point(least, generated.uncut, model)


def _chosen(generated: Generated, preferences: Preferences) -> Generated | None:
    """None where nothing keeps the budget."""
    try:
        return generate(
            generated.uncut,
            generated.target,
            prefix=generated.program.prefix,
            library=generated.library,
            preferences=preferences,
        )
    except TcmError:
        return None


def curve_point(found: Generated, graph: Graph, model: CostModel) -> CurvePoint:
    """graph: that was compiled, whose layers may be in strips in what was found."""
    layers = {node.name for node in graph.nodes}
    computed = {each.node for region in found.plan.regions for each in region.slices()}
    whole = {name if name in layers else whole_name(name) for name in computed}
    rows = rows_code(found.graph, found.plan.regions, cost_of_rows(found.target))
    return CurvePoint(
        found.plan.arena_bytes,
        found.estimated_cycles,
        len(whole & layers),
        Flash(found.layers, model).bytes(found.selection) + rows,
    )
