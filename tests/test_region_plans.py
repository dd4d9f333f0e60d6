"""Plans of regions are carried out on marks: every byte of every value is a number of its own, and
is there when it is read. What goes wrong in a damaged plan, the checker finds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
from drawn_networks import DrawnNetwork, Q, add_case_node, drawn_regions
from hypothesis import event, example, given, note, settings
from hypothesis import strategies as st
from test_memory_plans import assert_aligned, assert_no_waste, elsewhere
from test_regions import residual_network

from torch_cortex_m import ops
from torch_cortex_m.ir import Graph, Node, Port, TensorType, format_graph
from torch_cortex_m.ir.artifacts import MemoryPlan, Overlap, aligned
from torch_cortex_m.ir.regions import (
    Border,
    Region,
    RowsRead,
    Slice,
    Take,
    joins,
    row_bytes,
    row_count,
)
from torch_cortex_m.ops.conv2d.cases import case as conv2d_case
from torch_cortex_m.plan import Places, PlanError, check_plan, plan_memory
from torch_cortex_m.schedule import means_of_sums, rows_in_pieces, schedule_of
from torch_cortex_m.schedule.regions import RegionBuilder

Overlaps = dict[str, dict[str, Overlap]]
Memory = tuple[str, int]

FAR = 1 << 24
"""Between the marks of two values."""

BEHIND = 4096
"""Bytes of the arena that no plan uses."""


@dataclass(frozen=True)
class Planned:
    graph: Graph
    scratch: dict[str, int]
    overlaps: Overlaps
    plan: MemoryPlan


@dataclass(frozen=True)
class Span:
    """Consecutive bytes, and what should lie there."""

    memory: Memory
    start: int
    marks: np.ndarray


class Machine:
    def __init__(self, planned: Planned) -> None:
        self.graph, self.plan, self.planned = planned.graph, planned.plan, planned
        self.places = Places(self.graph, frozenset())
        self.base = {value: FAR * (i + 1) for i, value in enumerate(self.graph.types)}
        self.memory: dict[Memory, np.ndarray] = {("arena", 0): np.zeros(self.plan.arena_bytes)}
        for kind, ports in (("input", self.graph.inputs), ("output", self.graph.outputs)):
            for index, port in enumerate(ports):
                size = self.graph.types[port.value].bytes
                self.memory[kind, index] = np.zeros(size)
        for port in self.graph.inputs:
            self.write(self.whole(port.value))

    def run(self) -> None:
        starts = {region.nodes[0]: i for i, region in enumerate(self.plan.regions)}
        inside = {name for region in self.plan.regions for name in region.nodes}
        computing = set(self.graph.computing_nodes())
        for node in self.graph.nodes:
            if node.name in starts:
                RegionMachine(self, starts[node.name]).run()
            elif node.name not in inside and node in computing:
                self.compute(node)
        for copy in self.plan.copies:
            at = copy.destination
            self.expect(self.whole(copy.value))
            self.write(Span((at.kind, at.port), at.offset, self.whole(copy.value).marks))
        for port in self.graph.outputs:
            self.expect(self.whole(port.value))

    def compute(self, node: Node) -> None:
        read = {a: self.whole(v) for a, v in node.arguments().items() if v in self.base}
        self.call(node.name, read, [self.whole(output) for output in node.outputs])

    def call(self, node: str, read: Mapping[str, Span], written: Sequence[Span]) -> None:
        """A kernel reads what lies under its output only at the distances that it declares."""
        self.use_scratch(node)
        for span in read.values():
            self.expect(span)
        for span in written:
            self.write(span)
        self.use_scratch(node)
        for span in written:
            self.expect(span)
        declared = self.planned.overlaps.get(node, {})
        for argument, span in read.items():
            distance = span.start - written[0].start
            if argument not in declared or not declared[argument].allows(distance):
                self.expect(span)

    def whole(self, value: str) -> Span:
        place, at = self.places.of(value), self.plan.locations[value]
        marks = self.base[place.root] + place.offset + np.arange(self.graph.types[value].bytes)
        return Span((at.kind, at.port), at.offset, marks)

    def use_scratch(self, node: str) -> None:
        if node in self.plan.scratch:
            size = self.planned.scratch[node]
            self.write(Span(("arena", 0), self.plan.scratch[node], np.zeros(size)))

    def write(self, span: Span) -> None:
        memory = self.memory[span.memory]
        assert 0 <= span.start <= span.start + len(span.marks) <= len(memory)
        memory[span.start : span.start + len(span.marks)] = span.marks

    def expect(self, span: Span) -> None:
        if span.memory[0] == "constant":
            return
        found = self.memory[span.memory][span.start : span.start + len(span.marks)]
        assert np.array_equal(found, span.marks), f"{span.marks[0] // FAR} is not there"


class RegionMachine:
    """Does what the emitted C does, with a counter of rows for each value."""

    def __init__(self, machine: Machine, index: int) -> None:
        self.machine, self.graph, self.plan = machine, machine.graph, machine.plan
        self.index = index
        self.region: Region = self.plan.regions[index]
        borders = {value: window.border for value, window in self.region.windows.items()}
        self.end = {value: -borders.get(value, 0) for value in self.region.counted()}
        self.begin = {value: self.end[value] for value in borders}

    def run(self) -> None:
        for index in self.region.order:
            action = self.region.actions[index]
            value, row = action.output, self.end[action.output]
            self.make_room(value, action.rows)
            if isinstance(action, Slice):
                assert row >= action.first
                self.slice(action)
            elif isinstance(action, Take):
                self.machine.expect(self.rows_of_whole(value, row, action.rows))
                self.machine.write(self.rows(value, row, action.rows))
            else:
                assert isinstance(action, Border)
                assert row >= action.first
                assert not 0 <= row < row_count(self.graph.types[value])
                self.machine.write(self.rows(value, row, action.rows))
            self.end[value] += action.rows

    def slice(self, action: Slice) -> None:
        row = self.end[action.output]
        read = {
            argument: self.rows(each.value, first_row(each, row), each.count)
            for argument, each in action.reads.items()
        }
        node = self.graph.producer(action.node)
        assert node is not None
        whole = {name: v for name, v in node.arguments().items() if v and name not in read}
        spans = {name: self.machine.whole(v) for name, v in whole.items() if name != action.start}
        if action.start is None:
            output = self.rows(action.output, row, action.rows)
        else:
            output = self.machine.whole(action.output)
            spans |= {action.start: output} if row else {}
        self.machine.call(action.node, {**spans, **read}, [output])

    def make_room(self, value: str, rows: int) -> None:
        window = self.region.windows.get(value)
        if window is None:
            return
        if self.end[value] + rows - self.begin[value] > window.rows:
            needed = min(
                first_row(each, self.end[reader.output])
                for reader, each in self.region.readers(value)
            )
            kept = min(needed, self.end[value])
            moved = self.rows(value, kept, self.end[value] - kept)
            self.machine.expect(moved)
            self.begin[value] = kept
            self.machine.write(self.rows(value, kept, self.end[value] - kept))
        assert self.end[value] + rows - self.begin[value] <= window.rows

    def rows(self, value: str, row: int, rows: int) -> Span:
        if value not in self.region.windows:
            return self.rows_of_whole(value, row, rows)
        size = self.region.windows[value].row_bytes
        start = self.plan.windows[self.index, value] + (row - self.begin[value]) * size
        return Span(("arena", 0), start, self.marks(value, row, rows))

    def rows_of_whole(self, value: str, row: int, rows: int) -> Span:
        at, size = self.machine.whole(value), row_bytes(self.graph.types[value])
        assert 0 <= row <= row + rows <= row_count(self.graph.types[value])
        return Span(at.memory, at.start + row * size, self.marks(value, row, rows))

    def marks(self, value: str, row: int, rows: int) -> np.ndarray:
        size = row_bytes(self.graph.types[value])
        return self.machine.whole(value).marks[0] + row * size + np.arange(rows * size)


def first_row(read: RowsRead, row: int) -> int:
    """As C divides, which would round up what is negative."""
    row = max(row - read.start, 0) if read.start else row
    assert row >= 0 or read.period == 1
    return read.first + read.stride * (row // read.period)


def drawn_plan(seed: int, in_arena: bool | None = None) -> Planned:
    """A network in regions, with any scratch memory and any distances at which outputs may lie."""
    rng = np.random.default_rng(seed)
    graph = means_of_sums(DrawnNetwork(rng, int(rng.integers(1, 7))).graph)
    graph = graph if seed % 3 else rows_in_pieces(graph)
    schedule = schedule_of(graph, drawn_regions(rng, graph))
    scratch = {n.name: int(rng.choice([0, 0, 5, 40])) for n in graph.computing_nodes()}
    overlaps: Overlaps = {}
    for node in graph.computing_nodes():
        overlaps[node.name] = {
            argument: Overlap(int(rng.integers(-9, 10)) * int(rng.choice([0, 8])), int(step))
            for argument in graph.present_types(node)
            if (step := rng.choice([-1, 0, 1, 8, 16])) >= 0
        }
    io = bool(rng.integers(2)) if in_arena is None else in_arena
    plan = plan_memory(graph, scratch, overlaps, ports_in_arena=io, regions=schedule.regions)
    note(f"{format_graph(graph)}\n{overlaps}\n{plan}")
    assert_aligned(plan, Places(graph, frozenset()))
    assert_no_waste(graph, plan, scratch)
    return Planned(graph, scratch, overlaps, plan)


@given(st.integers(0, 1 << 32))
@example(23258288).via("rows before the first of a whole value seemed to be needed")
@settings(deadline=None, max_examples=100)
def test_rows_are_right_where_they_are_read(seed: int) -> None:
    planned = drawn_plan(seed)
    Machine(planned).run()
    check_plan(planned.graph, planned.plan, planned.scratch, planned.overlaps)


@given(st.integers(0, 1 << 32))
@example(6818881).via("scratch memory over the rows of the same call")
@example(269).via("rows over a whole value of which others are in a window")
@settings(deadline=None, max_examples=150)
def test_the_checker_finds_rows_that_are_overwritten(seed: int) -> None:
    planned = drawn_plan(seed, in_arena=False)
    damaged = replace(planned, plan=damage(planned, np.random.default_rng(seed)))
    note(str(damaged.plan))
    try:
        Machine(damaged).run()
    except AssertionError as error:
        note(str(error))
        event("wrong")
        with pytest.raises(PlanError):
            check_plan(damaged.graph, damaged.plan, damaged.scratch, damaged.overlaps)


def damage(planned: Planned, rng: np.random.Generator) -> MemoryPlan:
    """The plan with a window, scratch memory or a value elsewhere."""
    plan = replace(planned.plan, arena_bytes=planned.plan.arena_bytes + BEHIND)
    places = Places(planned.graph, frozenset())
    roots = {places.of(v).root for v, at in plan.locations.items() if at.kind == "arena"}
    things = [*plan.windows, *plan.scratch, *sorted(roots)]
    if not things:
        return plan
    index = int(rng.integers(len(things)))
    offset = int(rng.integers(planned.plan.arena_bytes + 1)) // int(rng.choice([1, 16])) * 16
    offset = min(offset, planned.plan.arena_bytes)
    if index < len(plan.windows):
        return replace(plan, windows={**plan.windows, list(plan.windows)[index]: offset})
    index -= len(plan.windows)
    if index < len(plan.scratch):
        return replace(plan, scratch={**plan.scratch, list(plan.scratch)[index]: offset})
    return elsewhere(planned.graph, plan, places, sorted(roots)[index - len(plan.scratch)], offset)


@given(st.integers(0, 1 << 32))
@settings(deadline=None, max_examples=60)
def test_the_checker_finds_rows_that_are_read_too_early_or_do_not_fit(seed: int) -> None:
    planned = drawn_plan(seed, in_arena=False)
    plan, rng = planned.plan, np.random.default_rng(seed)
    change = smaller_window if rng.integers(2) else in_another_order
    regions = tuple(change(region, rng) for region in plan.regions)
    damaged = replace(planned, plan=replace(plan, regions=regions))
    note(str(regions))
    try:
        Machine(damaged).run()
    except AssertionError as error:
        note(str(error))
        event(f"wrong by {change.__name__}")
        with pytest.raises(PlanError):
            check_plan(damaged.graph, damaged.plan, damaged.scratch, damaged.overlaps)


def in_another_order(region: Region, rng: np.random.Generator) -> Region:
    """One action comes earlier, before others that have other outputs."""
    order = list(region.order)
    place = int(rng.integers(len(order)))
    output = region.actions[order[place]].output
    first = place
    while first and region.actions[order[first - 1]].output != output:
        first -= 1
    order.insert(int(rng.integers(first, place + 1)), order.pop(place))
    return replace(region, order=tuple(order))


def smaller_window(region: Region, rng: np.random.Generator) -> Region:
    """One window has room for a row less."""
    large = [value for value, window in region.windows.items() if window.rows > 1]
    if not large:
        return region
    value = str(rng.choice(large))
    window = region.windows[value]
    smaller = replace(window, rows=window.rows - 1)
    return replace(region, windows={**region.windows, value: smaller})


def test_rows_of_an_output_lie_where_rows_of_an_input_were() -> None:
    """The output, of 480 bytes, in the input's 1440; the sum in the first layer's output."""
    graph = residual_network()
    for rows, whole in (
        ({"stem": 1, "middle": 1, "sum": 1, "end": 1}, 1440),
        ({"middle": 2, "sum": 2}, 3840),
    ):
        regions = schedule_of(graph, [rows]).regions
        plan = plan_memory(graph, {}, {}, ports_in_arena=True, regions=regions)
        windows = sum(aligned(window.bytes) for window in regions[0].windows.values())
        beside = 480 if whole == 1440 else 1440
        assert plan.arena_bytes == plan.lower_bound < whole + windows + beside
        check_plan(graph, plan, {}, {})


@pytest.mark.parametrize(
    ("channels", "rows", "beside"), [(8, 1, 64), (16, 1, 128), (16, 4, 512), (32, 1, 9 * 128)]
)
def test_rows_go_right_before_those_that_are_needed(channels: int, rows: int, beside: int) -> None:
    """Over an image of eight rows, of 128 bytes each: what a call writes lies before what it reads,
    and of all calls the one decides that is the farthest ahead."""
    graph, shape = Graph("model"), (1, 8, 8, 16)
    x = graph.add_input("x", TensorType(shape, "int8", Q))
    value = add_case_node(graph, conv2d_case("output", shape, channels, (1, 1)), x)
    graph.outputs.append(Port(value, graph.types[value].shape))
    regions = schedule_of(graph, [{value: rows}]).regions
    plan = plan_memory(graph, {}, {}, ports_in_arena=True, regions=regions)
    check_plan(graph, plan, {}, {})
    assert plan.arena_bytes == graph.types[x].bytes + beside
    assert plan.locations[x].offset - plan.locations[value].offset == beside


def test_the_checker_finds_sums_over_what_is_needed_later() -> None:
    """Calls add a row each, and write to all of the sums from the first one on."""
    graph = Graph("model")
    x = graph.add_input("x", TensorType((1, 4, 5, 3), "int8", Q))
    kept = add_case_node(graph, conv2d_case("kept", (1, 4, 5, 3), 4, (1, 1)), x)
    wide = add_case_node(graph, conv2d_case("wide", (1, 4, 5, 3), 16, (1, 1)), x)
    mean = graph.add_node(
        ops.operator("avg_pool2d", kernel=(4, 5)), (wide,), "mean", quantization=Q
    )
    later = add_case_node(graph, conv2d_case("later", (1, 4, 5, 4), 2), kept)
    graph.outputs += [Port(value, graph.types[value].shape) for value in (mean, later)]
    graph = means_of_sums(graph)
    regions = schedule_of(graph, [{wide: 1, "mean.sums": 1}]).regions
    plan = plan_memory(graph, {}, {}, regions=regions)
    check_plan(graph, plan, {}, {})
    places = Places(graph, frozenset())
    over = elsewhere(graph, plan, places, "mean.sums", plan.locations[kept].offset)
    with pytest.raises(PlanError, match=f"rows of %mean.sums go over %{kept}"):
        check_plan(graph, over, {}, {})


def test_a_mean_that_is_kept_whole_is_no_sum() -> None:
    graph = Graph("model")
    x = graph.add_input("x", TensorType((1, 4, 5, 3), "int8", Q))
    mean = graph.add_node(ops.operator("avg_pool2d", kernel=(4, 5)), (x,), "mean", quantization=Q)
    graph.outputs.append(Port(mean, graph.types[mean].shape))
    assert len(means_of_sums(graph).nodes) > 1
    kept = means_of_sums(replace(graph, kept=frozenset({mean})))
    assert [node.op.name for node in kept.nodes] == ["avg_pool2d"]


def test_nodes_that_only_join_rows_need_no_scratch_memory() -> None:
    graph = rows_in_pieces(residual_network(), {"rows"})
    builder = RegionBuilder(graph)
    rows = builder.rows_a_call(0, len(builder.nodes) - 1, 1)
    assert rows is not None
    regions = schedule_of(graph, [rows]).regions
    scratch = dict.fromkeys(rows, 40)
    plan = plan_memory(graph, scratch, {}, regions=regions)
    assert joins(regions)
    assert plan.scratch.keys() == rows.keys() - joins(regions)
