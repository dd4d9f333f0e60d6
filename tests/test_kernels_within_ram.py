"""Which kernels a budget of RAM leaves, with made-up kernels and arenas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measured_layers import kernels_with
from small_graphs import Builder

from torch_cortex_m.ir import Graph
from torch_cortex_m.ir.artifacts import MemoryPlan, Overlap
from torch_cortex_m.ir.regions import Region
from torch_cortex_m.measured.measurements import Measurement
from torch_cortex_m.ops.base import Kernel
from torch_cortex_m.schedule.regions import RegionBuilder
from torch_cortex_m.select import CostModel, Selection, layer_of
from torch_cortex_m.select.choice import Choice
from torch_cortex_m.select.cost import Table
from torch_cortex_m.select.ram_budget import ArenaPlanner, leanest, within_ram

COUNT = 3
KERNELS = kernels_with(3)
LEAN, MIDDLE, FAST = KERNELS


def chain(count: int) -> Graph:
    """Layers of different widths."""
    build = Builder()
    value = build.input(1, 4, 4, 8)
    for index in range(count):
        value = build.conv(value, 8 + 4 * index, f"layer{index}")
    build.output(value)
    return build.graph


GRAPH = chain(COUNT)
NAMES = [node.name for node in GRAPH.nodes]


def choice_of(ranked: dict[str, list[Kernel]], times: dict[str, tuple[int, ...]]) -> Choice:
    """times: cycles of each node's kernels; of others nothing is known."""
    table: Table = {
        layer_of(GRAPH, node).signature.text: {
            kernel.name: Measurement(100, cycles, cycles, 10)
            for kernel, cycles in zip(KERNELS, times.get(node.name, ()), strict=False)
        }
        for node in GRAPH.nodes
    }
    return Choice.best(GRAPH, ranked, CostModel(table))


def planner(
    arena: Callable[[Selection], int], scratch: Callable[[str, Kernel], int]
) -> ArenaPlanner:
    return ArenaPlanner(scratch, lambda chosen: MemoryPlan(arena(chosen), 0, {}, {}, ()))


SIZES = st.lists(st.tuples(*[st.integers(0, 5)] * 4), min_size=COUNT, max_size=COUNT)
"""Of each node: bytes of values, and of scratch memory of three kernels."""


@given(SIZES, st.integers(0, 12))
def test_each_node_has_the_best_kernel_that_fits(sizes: list[tuple[int, ...]], limit: int) -> None:
    """Where nodes do not need memory at the same time."""
    values, scratch = needs(sizes)
    least = max(values[name] + min(scratch[name].values()) for name in NAMES)
    found = within_ram(
        choice_of(dict.fromkeys(NAMES, KERNELS), {}),
        limit,
        planner(
            lambda chosen: max(values[n] + scratch[n][k] for n, k in chosen.items()),
            lambda name, kernel: scratch[name][kernel],
        ),
    )
    assert (found is None) == (least > limit)
    for name in NAMES if found else ():
        fitting = [k for k in KERNELS if values[name] + scratch[name][k] <= limit]
        assert found is not None
        assert found.ranked[name] == fitting
        assert found.selection[name] is fitting[-1]


@given(SIZES, st.integers(0, 20))
def test_a_limit_is_kept_where_all_need_memory_at_once(
    sizes: list[tuple[int, ...]], limit: int
) -> None:
    _, scratch = needs(sizes)
    lean = {name: min(scratch[name].values()) for name in NAMES}
    found = within_ram(
        choice_of(dict.fromkeys(NAMES, KERNELS), {}),
        limit,
        planner(
            lambda chosen: sum(scratch[n][k] for n, k in chosen.items()),
            lambda name, kernel: scratch[name][kernel],
        ),
    )
    assert (found is None) == (sum(lean.values()) > limit)
    if found is not None:
        taken = {name: scratch[name][kernel] for name, kernel in found.selection.items()}
        assert sum(taken.values()) <= limit
        assert all(found.selection[name] in found.ranked[name] for name in NAMES)


def needs(sizes: list[tuple[int, ...]]) -> tuple[dict[str, int], dict[str, dict[Kernel, int]]]:
    values = {name: size[0] for name, size in zip(NAMES, sizes, strict=True)}
    scratch = {
        name: dict(zip(KERNELS, size[1:], strict=True))
        for name, size in zip(NAMES, sizes, strict=True)
    }
    return values, scratch


@pytest.mark.parametrize(
    ("times", "lean"),
    [
        ({NAMES[0]: (300, 0, 100), NAMES[1]: (250, 0, 100), NAMES[2]: (400, 0, 100)}, NAMES[1]),
        ({NAMES[0]: (300, 0, 100), NAMES[1]: (350, 0, 100), NAMES[2]: (400, 0, 300)}, NAMES[2]),
        ({}, NAMES[2]),
    ],
)
def test_the_node_that_loses_the_least_gives_way(
    times: dict[str, tuple[int, ...]], lean: str
) -> None:
    """The least time; where no time is known, the fewest ranks."""
    ranked = {NAMES[0]: [*KERNELS], NAMES[1]: [*KERNELS], NAMES[2]: [LEAN, FAST]}
    found = within_ram(
        choice_of(ranked, times),
        120,
        planner(
            lambda chosen: 100 + 10 * sum(k is not LEAN for k in chosen.values()),
            lambda name, kernel: 0 if kernel is LEAN else 10,
        ),
    )
    assert found is not None
    assert [name for name, kernel in found.selection.items() if kernel is LEAN] == [lean]


def test_a_node_that_lowers_the_arena_gives_way_first() -> None:
    """The second loses less, but that would not help."""
    first, second, third = NAMES

    def arena(chosen: Selection) -> int:
        fast = {name for name, kernel in chosen.items() if kernel is FAST}
        return 130 if {first, third} <= fast else 110

    times = {first: (300, 0, 100), second: (150, 0, 100), third: (900, 0, 100)}
    choice = choice_of({name: [LEAN, FAST] for name in NAMES}, times)
    found = within_ram(choice, 120, planner(arena, lambda name, kernel: int(kernel is FAST)))
    assert found is not None
    assert found.selection == {first: LEAN, second: FAST, third: FAST}


def test_the_leanest_may_be_one_that_works_in_place() -> None:
    """The best of those that need as little; each node for itself."""
    size = layer_of(GRAPH, GRAPH.nodes[0]).output_bytes
    in_place = replace(FAST, overlap=lambda layer: {"input": Overlap(0, step=0)})
    ranked = {NAMES[0]: [LEAN, in_place], NAMES[1]: [LEAN, MIDDLE], NAMES[2]: [MIDDLE, LEAN]}

    def plan_of(shared: int) -> ArenaPlanner:
        def arena(chosen: Selection) -> int:
            return 2 * size - (shared if chosen[NAMES[0]] is in_place else 0)

        return planner(arena, lambda name, kernel: 32 if kernel is in_place else 0)

    choice = choice_of(ranked, {})
    best = {NAMES[1]: MIDDLE, NAMES[2]: LEAN}
    assert leanest(choice, plan_of(size)) == {NAMES[0]: in_place, **best}
    assert leanest(choice, plan_of(-32)) == {NAMES[0]: LEAN, **best}


def test_time_counts_for_each_call() -> None:
    choice = choice_of(dict.fromkeys(NAMES, KERNELS), {NAMES[0]: (300, 200, 100)})
    assert choice.selection == dict.fromkeys(NAMES, FAST)
    assert [choice.time(NAMES[0], kernel) for kernel in KERNELS] == [300, 200, 100]
    assert choice.is_known(NAMES[0], FAST)
    assert choice.with_kernels({NAMES[0]: LEAN}).selection[NAMES[0]] is LEAN
    region = RegionBuilder(GRAPH).region({NAMES[0]: 1, NAMES[1]: 2})
    assert region is not None
    in_rows = replace(choice, regions=(region,))
    assert [in_rows.time(NAMES[0], kernel) for kernel in KERNELS] == [1200, 800, 400]
    assert in_rows.total_time == choice.total_time + 3 * 100 + choice.time(NAMES[1], FAST)
    joining = replace(choice, regions=(Region((NAMES[0],), (), (), {}),))
    assert joining.time(NAMES[0], FAST) == 0
    assert joining.total_time == choice.total_time - 100
