"""Which kernels a budget of RAM leaves to each node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from ..ir.artifacts import MemoryPlan
from ..ops.base import Kernel, Layer
from . import Selection
from .choice import Choice


@dataclass(frozen=True)
class ArenaPlanner:
    """What kernels take beside inputs and output (node output, kernel -> bytes), and the plan of a
    selection."""

    scratch: Callable[[str, Kernel], int]
    plan: Callable[[Selection], MemoryPlan]

    def arena(self, selection: Selection) -> int:
        return self.plan(selection).arena_bytes


def within_ram(choice: Choice, limit: int, planner: ArenaPlanner) -> Choice | None:
    """The choice with those kernels only that fit an arena of ``limit`` bytes beside the leanest
    kernels of all other nodes; of these, the chosen one or else the best.

    Nodes do not need their scratch memory at the same time, so that what fits beside the leanest
    mostly fits together; where it does not (the arena has gaps), more nodes take their leanest.
    None, if the leanest kernels need more.
    """
    lean = leanest(choice, planner)
    if planner.arena(lean) > limit:
        return None
    fitting = {
        name: [
            kernel
            for kernel in kernels
            if _needs_no_more(choice, planner, name, kernel, lean)
            or planner.arena({**lean, name: kernel}) <= limit
        ]
        for name, kernels in choice.ranked.items()
    }
    result = _restricted(choice, fitting)
    while planner.arena(result.selection) > limit:
        name = _next_to_lean(result, lean, planner)
        result = _restricted(result, {**result.ranked, name: [lean[name]]})
    return result


def _restricted(choice: Choice, ranked: Mapping[str, list[Kernel]]) -> Choice:
    """The chosen kernels stay where they may, else the best of ``ranked`` takes their place."""
    selection = {
        name: kernel if kernel in ranked[name] else ranked[name][-1]
        for name, kernel in choice.selection.items()
    }
    return replace(choice, ranked=ranked, selection=selection)


def _needs_no_more(
    choice: Choice, planner: ArenaPlanner, name: str, kernel: Kernel, lean: Selection
) -> bool:
    """Whether this is known without a plan."""
    layer = choice.layers[name]
    same_sharing = kernel.overlaps(layer) == lean[name].overlaps(layer)
    return same_sharing and planner.scratch(name, kernel) <= planner.scratch(name, lean[name])


def _beside_inputs(kernel: Kernel, layer: Layer) -> int:
    """Bytes of the output that cannot lie over an input."""
    shared = (
        overlap.shared(layer.output_bytes, layer.types[argument].bytes)
        for argument, overlap in kernel.overlaps(layer).items()
    )
    return layer.output_bytes - max(shared, default=0)


def leanest(choice: Choice, planner: ArenaPlanner) -> Selection:
    """The kernels with the smallest arena.

    Those with the least scratch memory, but for nodes where scratch memory is smaller than an
    output that a kernel need not have, because it works in place.
    """

    def scratch(name: str, kernel: Kernel) -> tuple[int, ...]:
        return (planner.scratch(name, kernel), _beside_inputs(kernel, choice.layers[name]))

    def scratch_and_output(name: str, kernel: Kernel) -> tuple[int, ...]:
        output = _beside_inputs(kernel, choice.layers[name])
        return (planner.scratch(name, kernel) + output,)

    # The best kernels come last in their lists, and min takes the first of equals.
    selections = [
        {n: min(reversed(ks), key=lambda k, n=n: need(n, k)) for n, ks in choice.ranked.items()}
        for need in (scratch, scratch_and_output)
    ]
    by_scratch, by_output = selections
    lean = min(selections, key=planner.arena)
    for name in lean:
        pair = ({**lean, name: selection[name]} for selection in (by_scratch, by_output))
        if by_scratch[name] is not by_output[name]:
            lean = min(lean, *pair, key=planner.arena)
    return lean


def _next_to_lean(choice: Choice, lean: Selection, planner: ArenaPlanner) -> str:
    """The node to take its leanest kernel next: one that lowers the arena if there is one, then the
    one that loses the least time, then the fewest ranks."""
    arena = planner.arena(choice.selection)

    def loss(name: str) -> tuple[bool, int, int, str]:
        chosen, kernels = choice.selection[name], choice.ranked[name]
        lowered = planner.arena({**choice.selection, name: lean[name]}) < arena
        time = choice.time(name, lean[name]) - choice.time(name, chosen)
        return not lowered, time, kernels.index(chosen) - kernels.index(lean[name]), name

    return min((n for n, k in choice.selection.items() if k is not lean[n]), key=loss)
