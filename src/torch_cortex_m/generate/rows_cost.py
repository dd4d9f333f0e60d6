"""What the loops of regions cost beside the layers in them: cycles and code.

It counts in what is shown, and the code in a budget of flash; the search has figures of its own
(``schedule/candidates.py``), which tell steps with regions apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ..ir import Graph
from ..ir.regions import Action, Region, Slice, row_bytes
from ..plan.rows import Replay
from ..select.choice import Choice
from ..target import Target

MANY = 128
"""Bytes (TCM_ROWS_MANY of tcm_rows.h): where rows are multiples of it, a routine moves them, and
else code that each action has for itself, too."""


class RowsCost(NamedTuple):
    """a_turn: cycles of each action of a region's order. a_byte: of each that is copied, filled or
    moved. a_call: of each call of a layer that was never measured, what it takes more than by its
    estimate, which is made from layers of more rows. code: bytes of each action. moving_code: more
    where it moves rows that are no multiples of ``MANY`` bytes.
    """

    a_turn: int
    a_byte: float
    a_call: int
    code: int
    moving_code: int


WORDS = RowsCost(a_turn=60, a_byte=0.6, a_call=250, code=110, moving_code=370)
VECTORS = RowsCost(a_turn=35, a_byte=0.2, a_call=200, code=95, moving_code=0)
"""Fitted to the emitted C on an emulated Cortex-M4 and M55: five small networks of convolutions in
one and two dimensions, with all budgets of their curves that take less than 2.5 times the cycles.
"""

TWO_AT_ONCE = WORDS._replace(a_turn=32, a_byte=0.26, a_call=125)
"""The same of one network on a Cortex-M7."""

NO_DSP = WORDS._replace(a_call=0)
"""The same on a Cortex-M3, whose estimates need no addition."""

BYTES = WORDS._replace(a_turn=84, a_byte=5.0, moving_code=245)
"""The same on a Cortex-M0+, which copies byte by byte what may lie at any address."""


def cost_of_rows(target: Target) -> RowsCost:
    if "mve" in target.features:
        return VECTORS
    if "dual issue" in target.features:
        return TWO_AT_ONCE
    if "dsp" in target.features:
        return WORDS
    is_small = any(flag.startswith("-mcpu=cortex-m0") for flag in target.flags)
    return BYTES if is_small else NO_DSP


def rows_cycles(choice: Choice, cost: RowsCost) -> int:
    """Of one inference, beside the layers' own."""
    return round(sum(_region_cycles(choice, region, cost) for region in choice.regions))


def _region_cycles(choice: Choice, region: Region, cost: RowsCost) -> float:
    graph, calls, moved = choice.graph, 0, 0
    estimated = {each.node for each in region.slices() if not _is_measured(choice, each.node)}
    for tick in Replay(region).ticks():
        action = region.actions[tick.action]
        is_call = isinstance(action, Slice)
        calls += is_call and action.node in estimated
        spans = (tick.moved, None if is_call else tick.written)
        moved += sum(each.rows * row_bytes(graph.types[each.value]) for each in spans if each)
    return len(region.order) * cost.a_turn + moved * cost.a_byte + calls * cost.a_call


def _is_measured(choice: Choice, node: str) -> bool:
    return choice.model.measured(choice.layers[node], choice.selection[node]) is not None


def rows_code(graph: Graph, regions: Iterable[Region], cost: RowsCost) -> int:
    """Bytes of flash, beside the layers' own."""
    return sum(
        len(region.order) + sum(_action_code(graph, region, each, cost) for each in region.actions)
        for region in regions
    )


def _action_code(graph: Graph, region: Region, action: Action, cost: RowsCost) -> int:
    by_many = row_bytes(graph.types[action.output]) % MANY == 0
    moves = action.output in region.windows and not by_many
    return cost.code + (cost.moving_code if moves else 0)
