"""Plans where outputs run into inputs: only as far as kernels say, and the checker finds others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from torch_cortex_m.ir import Graph, Port, TensorType
from torch_cortex_m.ir.artifacts import Location, MemoryPlan, Overlap
from torch_cortex_m.ops.add.op import Add
from torch_cortex_m.ops.reshape.op import Reshape
from torch_cortex_m.ops.slice.op import Slice
from torch_cortex_m.ops.table.op import Table
from torch_cortex_m.plan import PlanError, check_plan, plan_memory
from torch_cortex_m.plan.blocks import MemoryBlock, Overlaps, live_bytes
from torch_cortex_m.plan.offsets import assign_offsets

ANYWHERE, SAME_PLACE = Overlap(0), Overlap(0, step=0)


@st.composite
def overlapping_blocks(draw: st.DrawFn) -> tuple[list[MemoryBlock], Overlaps]:
    blocks: list[MemoryBlock] = []
    overlaps: dict[tuple[str, str], Overlap] = {}
    for index in range(draw(st.integers(1, 10))):
        first = draw(st.integers(0, 8))
        last = draw(st.integers(first, 9))
        blocks.append(MemoryBlock(f"b{index}", 16 * draw(st.integers(1, 20)), first, last))
    for block in blocks:
        for other in blocks:
            if block.first == other.last > other.first and draw(st.booleans()):
                distance = 16 * draw(st.integers(-25, 25))
                step = 16 * draw(st.integers(0, 3))
                overlaps[block.name, other.name] = Overlap(distance, step)
    return blocks, overlaps


@given(overlapping_blocks())
@settings(deadline=None, max_examples=100)
def test_blocks_meet_only_at_distances_that_are_allowed(
    drawn: tuple[list[MemoryBlock], Overlaps],
) -> None:
    blocks, overlaps = drawn
    offsets, total = assign_offsets(blocks, overlaps)
    assert live_bytes(blocks, overlaps) <= total <= sum(block.size for block in blocks)
    for one in blocks:
        for other in blocks:
            a, b = offsets[one.name], offsets[other.name]
            meet = a < b + other.size and b < a + one.size
            if one is not other and one.overlaps(other) and meet:
                allowed = overlaps.get((one.name, other.name))
                mirrored = overlaps.get((other.name, one.name))
                assert (allowed and allowed.allows(b - a)) or (mirrored and mirrored.allows(a - b))


def test_an_output_begins_so_far_before_its_input() -> None:
    blocks = [MemoryBlock("input", 64, 0, 1), MemoryBlock("output", 256, 1, 2)]
    offsets, total = assign_offsets(blocks, {("output", "input"): Overlap(208, step=16)})
    assert (offsets, total) == ({"output": 0, "input": 208}, 272)
    assert live_bytes(blocks, {("output", "input"): Overlap(208, step=16)}) == 272
    assert assign_offsets(blocks)[1] == 320


def test_values_that_run_into_each_other_leave_room_for_windows() -> None:
    """The first layers of MobileNetV2 by rows: each value begins a little before the one that it
    runs into, so that the first one cannot lie at the bottom. 128,800 bytes are the least (proved
    by a constraint solver)."""
    sizes, starts = (75264, 75264, 25088, 25088, 25088), (5376, -12544, 6272, 6272)
    windows = ((32256, 14336, 3808, 2016), (40320, 5376, 2016), (28224, 24192))
    windows = (*windows, (80640, 6272, 1536), (80640, 6272, 1536))
    values = [MemoryBlock(f"value {i}", size, 2 * i, 2 * i + 3) for i, size in enumerate(sizes)]
    overlaps = {
        (value.name, before.name): Overlap(start, step=16)
        for before, value, start in zip(values, values[1:], starts, strict=False)
    }
    rows = [
        MemoryBlock(f"rows {place} of region {i}", size, 2 * i, 2 * i + 1, busy=1)
        for i, sizes in enumerate(windows)
        for place, size in enumerate(sizes)
    ]
    assert assign_offsets([*values, *rows], overlaps)[1] == 128800


def mapped(graph: Graph, value: str, wanted: str) -> str:
    return graph.add_node(Table(tuple(range(-128, 128))), (value,), wanted)


def in_place_graph() -> Graph:
    graph = Graph("model")
    value = mapped(graph, graph.add_input("x", TensorType((64,))), "a")
    graph.outputs.append(Port(mapped(graph, mapped(graph, value, "b"), "c"), (64,)))
    return graph


def everywhere(graph: Graph, overlap: Overlap) -> dict[str, dict[str, Overlap]]:
    names = {node.name: node.op.tensor_names() for node in graph.nodes}
    return {name: dict.fromkeys(arguments, overlap) for name, arguments in names.items()}


def checked(graph: Graph, overlaps: dict[str, dict[str, Overlap]]) -> MemoryPlan:
    plan = plan_memory(graph, {}, overlaps)
    check_plan(graph, plan, {}, overlaps)
    return plan


@pytest.mark.parametrize(("overlap", "size"), [(SAME_PLACE, 64), (Overlap(32), 96)])
def test_a_chain_runs_into_itself(overlap: Overlap, size: int) -> None:
    graph = in_place_graph()
    assert checked(graph, everywhere(graph, overlap)).arena_bytes == size
    assert checked(graph, {}).arena_bytes == 128


def test_a_value_that_is_read_twice_must_allow_it_in_every_argument() -> None:
    graph = Graph("model")
    value = mapped(graph, graph.add_input("x", TensorType((4, 16))), "a")
    flat = graph.add_node(Reshape((64,)), (value,), "flat")
    half = graph.add_node(Slice((16,), (16,)), (flat,), "half")
    first = graph.add_node(Slice((0,), (16,)), (flat,), "first")
    scales = {f"{name}_multiplier": 1 << 30 for name in ("input", "other", "output")}
    shifts = {f"{name}_shift": 0 for name in ("input", "other", "output")}
    op = Add(**scales, **shifts)
    total = graph.add_node(op, (first, half), "sum")
    graph.outputs.append(Port(mapped(graph, total, "y"), (16,)))
    for more in ({}, {"other": ANYWHERE}):
        assert checked(graph, {"sum": {"input": SAME_PLACE, **more}}).arena_bytes == 80
    both = checked(graph, {"sum": {"input": ANYWHERE, "other": ANYWHERE}})
    assert both.arena_bytes == 64


def test_the_checker_names_what_is_overwritten() -> None:
    graph = in_place_graph()
    overlaps = everywhere(graph, SAME_PLACE)
    plan = checked(graph, overlaps)
    names = [node.name for node in graph.nodes]
    moved = {**plan.locations, names[1]: Location("arena", offset=16)}
    with pytest.raises(PlanError, match=f"%{names[1]} writes over %{names[0]}"):
        check_plan(graph, replace(plan, locations=moved), {}, overlaps)
    with pytest.raises(PlanError, match="still needed"):
        check_plan(graph, plan, {}, {})
    scratch = replace(plan, scratch={names[1]: 48})
    with pytest.raises(PlanError, match=f"%{names[1]} writes over"):
        check_plan(graph, scratch, {names[1]: 32}, overlaps)


@pytest.mark.parametrize("overwritten", ["x", "a"])
def test_the_checker_knows_what_is_read_later(overwritten: str) -> None:
    """An input or a value that the next node but one reads, too."""
    graph = Graph("model")
    x = graph.add_input("x", TensorType((64,)))
    a = mapped(graph, x, "a")
    kept = {"x": x, "a": a}[overwritten]
    b = mapped(graph, kept, "b")
    graph.outputs += [Port(b, (64,)), Port(mapped(graph, kept, "c"), (64,))]
    overlaps = everywhere(graph, SAME_PLACE)
    plan = plan_memory(graph, {}, overlaps, ports_in_arena=True)
    check_plan(graph, plan, {}, overlaps)
    moved = {**plan.locations, b: plan.locations[kept]}
    with pytest.raises(PlanError, match=f"%{b} writes over %{kept}"):
        check_plan(graph, replace(plan, locations=moved), {}, overlaps)
