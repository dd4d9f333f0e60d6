"""Plans are carried out in Python: whatever kernels do with the memory that they may use, every
value is what the reference says when it is read, call after call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, note, settings
from hypothesis import strategies as st

from torch_cortex_m import ops
from torch_cortex_m.ir import Graph, Node, Port, Quantization, TensorType, format_graph, verify
from torch_cortex_m.ir.artifacts import (
    ALIGNMENT,
    Copy,
    Location,
    MemoryPlan,
    Overlap,
    PortOffsets,
    aligned,
)
from torch_cortex_m.plan import Places, PlanError, check_plan, plan_memory
from torch_cortex_m.run.reference import Reference

Q = Quantization(0.1, 0)
SHAPES = [(1, 2, 2, 3), (1, 1, 2, 3), (1, 2, 2, 1), (1, 2, 1, 3)]
LARGEST = 64
CALLS = 3


@dataclass
class Drawn:
    """A graph and what its kernels ask of the plan."""

    graph: Graph
    values: list[str] = field(default_factory=list)
    overlaps: dict[str, dict[str, Overlap]] = field(default_factory=dict)
    strided: set[str] = field(default_factory=set)
    in_arena: bool = False
    scratch: dict[str, int] = field(default_factory=dict)

    def shape(self, value: str) -> tuple[int, ...]:
        return self.graph.types[value].shape

    def add(self, operator: str, *inputs: str, **fields: Any) -> str:
        op = ops.operator(operator, **fields)
        outputs = self.graph.add_outputs(op, inputs, op.outputs, [Q] * len(op.outputs))
        self.values += outputs
        if operator in ("requantize", "mul"):
            size = self.graph.types[outputs[0]].bytes
            arguments = zip(op.tensor_names(), inputs, strict=True)
            self.overlaps[outputs[0]] = {
                name: Overlap(0, step=0)
                for name, value in arguments
                if self.graph.types[value].bytes == size
            }
        return outputs[0]


@st.composite
def drawn_graphs(draw: st.DrawFn) -> Drawn:
    drawn = Drawn(Graph("model"), in_arena=draw(st.booleans()))
    for index in range(draw(st.integers(1, 2))):
        type_ = TensorType(draw(st.sampled_from(SHAPES)), "int8", Q)
        drawn.values.append(drawn.graph.add_input(f"x{index}", type_))
    for index in range(draw(st.integers(0, 3))):
        initial = np.full(draw(st.sampled_from(SHAPES)), index, np.int8)
        drawn.values.append(drawn.graph.add_state(f"s{index}", initial, Q))
    if draw(st.booleans()):
        drawn.values.append(drawn.graph.add_constant("c", np.arange(12, dtype=np.int8)))
        drawn.graph.types["c"] = TensorType((12,), "int8", Q)
    for _ in range(draw(st.integers(1, 9))):
        add_node(draw, drawn)
    for value in draw(st.lists(st.sampled_from(drawn.values), min_size=1, max_size=3)):
        drawn.graph.outputs.append(Port(value, drawn.shape(value)))
    for name in list(drawn.graph.states):
        fit = [value for value in drawn.values if drawn.shape(value) == drawn.shape(name)]
        drawn.graph.set_update(name, draw(st.sampled_from(fit)))
    for node in drawn.graph.computing_nodes():
        drawn.scratch[node.name] = draw(st.sampled_from([0, 0, 5, 40]))
        rows = node.op.name in ("requantize", "mul")
        rows |= node.op.name == "concatenate" and node.op.axis >= len(drawn.shape(node.name)) - 2
        if rows and draw(st.booleans()):
            drawn.strided.add(node.name)
    return drawn


def add_node(draw: st.DrawFn, drawn: Drawn) -> None:
    """One of whatever fits a value; chains are the most likely."""
    value = drawn.values[-1] if draw(st.booleans()) else draw(st.sampled_from(drawn.values))
    shape = drawn.shape(value)
    rank, kind = len(shape), draw(st.sampled_from(KINDS))
    axis = draw(st.sampled_from([0, rank - 1, max(0, rank - 2), max(0, rank - 3)]))
    alike = [v for v in drawn.values if drawn.shape(v) == shape and 2 * np.prod(shape) <= LARGEST]
    if kind == "requantize":
        drawn.add("requantize", value, input_offset=draw(st.integers(-2, 2)))
    elif kind == "mul":
        other = draw(st.sampled_from([v for v in drawn.values if broadcasts(drawn, value, v)]))
        drawn.add("mul", value, other, multiplier=1 << 30, shift=-2)
    elif kind == "mul by a part":
        times_a_part(drawn, drawn.add("requantize", value))
    elif kind == "reshape":
        drawn.add("reshape", value, shape=draw(st.sampled_from([(int(np.prod(shape)),), shape])))
    elif kind == "backwards":
        begin, step = (0,) * (rank - 1) + (shape[-1] - 1,), (1,) * (rank - 1) + (-1,)
        drawn.add("slice", value, begin=begin, size=shape, step=step)
    elif kind == "concatenate" and alike:
        drawn.add("concatenate", value, draw(st.sampled_from(alike)), axis=axis)
    elif shape[axis] > 1 and kind == "split":
        drawn.add("split", value, axis=axis, size=draw(st.integers(1, shape[axis] - 1)))
    elif shape[axis] > 1 and kind == "slice":
        begin = draw(st.integers(0, shape[axis] - 1))
        begins, sizes = [0] * rank, list(shape)
        begins[axis], sizes[axis] = begin, draw(st.integers(1, shape[axis] - begin))
        drawn.add("slice", value, begin=tuple(begins), size=tuple(sizes))


def times_a_part(drawn: Drawn, value: str) -> None:
    """The value, which nothing else reads, times its first rows, and a reader of that."""
    shape = drawn.shape(value)
    axis = next((axis for axis, size in enumerate(shape) if size > 1), None)
    if axis is not None:
        sizes = (*shape[:axis], 1, *shape[axis + 1 :])
        part = drawn.add("slice", value, begin=(0,) * len(shape), size=sizes)
        product = drawn.add("mul", value, part, multiplier=1 << 30, shift=-2)
        drawn.add("requantize", product)


KINDS = [
    *("requantize", "mul", "mul by a part", "backwards"),
    *("reshape", "concatenate", "split", "slice"),
]


def broadcasts(drawn: Drawn, value: str, other: str) -> bool:
    try:
        sizes = np.broadcast_shapes(drawn.shape(value), drawn.shape(other))
    except ValueError:
        return False
    return bool(np.prod(sizes) <= LARGEST)


class Machine:
    """The memory of a plan: whatever a plan does not keep is noise."""

    def __init__(self, drawn: Drawn, plan: MemoryPlan, seed: int) -> None:
        self.graph, self.drawn, self.plan = drawn.graph, drawn, plan
        self.rng = np.random.default_rng(seed)
        self.reference = Reference(drawn.graph)
        self.memory = {"state": self.noise(plan.state_bytes)}
        for name, state in drawn.graph.states.items():
            self.cells(name)[:] = np.frombuffer(state.initial.tobytes(), np.uint8)
        for name, data in drawn.graph.constants.items():
            self.memory[f"constant {name}"] = np.frombuffer(data.tobytes(), np.uint8).copy()

    def noise(self, size: int) -> np.ndarray:
        return self.rng.integers(0, 256, size, dtype=np.uint8)

    def at(self, location: Location, size: int) -> np.ndarray:
        port = {"input": f" {location.port}", "output": f" {location.port}"}.get(location.kind, "")
        memory = self.memory[location.kind + (f" {location.name}" if location.name else port)]
        assert 0 <= location.offset <= location.offset + size <= memory.size
        return memory[location.offset : location.offset + size]

    def cells(self, value: str) -> np.ndarray:
        """The value's bytes; its rows, where these do not touch."""
        type_, stride = self.graph.types[value], self.plan.strides.get(value)
        if stride is None:
            return self.at(self.plan.locations[value], type_.bytes)
        row = type_.shape[-1]
        rows = type_.bytes // row
        around = self.at(self.plan.locations[value], (rows - 1) * stride + row)
        return np.lib.stride_tricks.as_strided(around, (rows, row), (stride, 1))

    def call(self, inputs: Sequence[np.ndarray]) -> None:
        values: dict[str, np.ndarray] = dict(self.graph.constants)
        expected = self.reference.run(inputs, values.__setitem__)
        self.bytes = {n: np.frombuffer(d.tobytes(), np.uint8) for n, d in values.items()}
        self.memory["arena"] = self.noise(self.plan.arena_bytes)
        for index, data in enumerate(inputs):
            self.memory[f"input {index}"] = self.noise(data.nbytes)
            self.at(self.input_location(index), data.nbytes)[:] = data.reshape(-1).view(np.uint8)
        for index, data in enumerate(expected):
            self.memory[f"output {index}"] = self.noise(data.nbytes)
        for node in self.graph.nodes:
            self.compute(node)
        for copy in self.plan.copies:
            size = self.graph.types[copy.value].bytes
            self.at(copy.destination, size)[:] = self.at(copy.source, size).copy()
        for index, data in enumerate(expected):
            found = self.at(self.output_location(index), data.nbytes)
            assert found.tobytes() == data.tobytes(), f"output {index}"
        for name, state in self.graph.states.items():
            assert self.cells(name).tobytes() == self.bytes[state.update].tobytes(), name

    def input_location(self, index: int) -> Location:
        ports = self.plan.ports
        return Location("arena", offset=ports.inputs[index]) if ports else Location("input", index)

    def output_location(self, index: int) -> Location:
        ports = self.plan.ports
        return (
            Location("arena", offset=ports.outputs[index]) if ports else Location("output", index)
        )

    def compute(self, node: Node) -> None:
        is_view = node.op.views(self.graph.present_types(node)) is not None
        read = [value for value in node.inputs if value is not None]
        self.use_scratch(node)
        self.check(node, read)
        for output in () if is_view else node.outputs:
            cells = self.cells(output)
            cells[:] = self.bytes[output].reshape(cells.shape)
        self.use_scratch(node)
        self.check(node, node.outputs)
        self.check(node, [value for value in read if not self.lies_in_place(node, value)])

    def lies_in_place(self, node: Node, value: str) -> bool:
        """The kernel reads each element before it writes there."""
        allowed = self.drawn.overlaps.get(node.name, {})
        argument = next(name for name, read in node.arguments().items() if read == value)
        return argument in allowed and self.plan.locations[value] == self.plan.locations[node.name]

    def use_scratch(self, node: Node) -> None:
        if node.name in self.plan.scratch:
            size = self.drawn.scratch[node.name]
            location = Location("arena", offset=self.plan.scratch[node.name])
            self.at(location, size)[:] = self.noise(size)

    def check(self, node: Node, values: Sequence[str]) -> None:
        for value in values:
            right = self.cells(value).tobytes() == self.bytes[value].tobytes()
            assert right, f"%{value} at %{node.name}"


def planned(drawn: Drawn) -> MemoryPlan:
    plan = plan_memory(
        drawn.graph, drawn.scratch, drawn.overlaps, drawn.strided, ports_in_arena=drawn.in_arena
    )
    note(str(plan))
    assert (plan.ports is not None) == drawn.in_arena
    assert_no_waste(drawn.graph, plan, drawn.scratch)
    assert_aligned(plan, Places(drawn.graph, drawn.strided))
    return plan


def assert_aligned(plan: MemoryPlan, places: Places) -> None:
    """Kernels read words and vectors from where a block begins, whatever lies before it."""
    whole = {value: at for value, at in plan.locations.items() if at.kind != "rows"}
    blocks = [at.offset - places.of(value).offset for value, at in whole.items()]
    assert not any(at % ALIGNMENT for at in (*blocks, *plan.scratch.values()))
    copied = (each.destination for each in plan.copies if each.destination.kind == "arena")
    assert not any(at % ALIGNMENT for at in (*plan.windows.values(), *(at.offset for at in copied)))


def assert_no_waste(graph: Graph, plan: MemoryPlan, scratch: Mapping[str, int]) -> None:
    """The arena ends where the last of what lies there does."""
    ends = [at + scratch[node] for node, at in plan.scratch.items()]
    lie = [*plan.locations.items(), *((each.value, each.destination) for each in plan.copies)]
    for value, at in lie:
        type_, stride = graph.types[value], plan.strides.get(value)
        row = type_.shape[-1] * type_.element_bytes if type_.shape else type_.bytes
        size = type_.bytes if stride is None else (type_.bytes // row - 1) * stride + row
        ends += [at.offset + size] if at.kind == "arena" else []
    for (index, value), at in plan.windows.items():
        ends.append(at + plan.regions[index].windows[value].bytes)
    assert plan.arena_bytes == aligned(max(ends, default=0))


def carry_out(drawn: Drawn, plan: MemoryPlan, seed: int) -> None:
    machine = Machine(drawn, plan, seed)
    types = [drawn.graph.types[port.value] for port in drawn.graph.inputs]
    for _ in range(CALLS):
        data = [machine.noise(type_.bytes).view(np.int8) for type_ in types]
        machine.call([d.reshape(type_.shape) for d, type_ in zip(data, types, strict=True)])


@given(drawn_graphs(), st.integers(0, 1000))
@settings(deadline=None, max_examples=300)
def test_values_are_right_where_they_are_read(drawn: Drawn, seed: int) -> None:
    verify(drawn.graph)
    note(format_graph(drawn.graph))
    plan = planned(drawn)
    carry_out(drawn, plan, seed)
    check_plan(drawn.graph, plan, drawn.scratch, drawn.overlaps)


def test_rows_of_rows_with_room_between_them() -> None:
    """What is every second row of a value whose rows do not touch is no part of it."""
    drawn = Drawn(Graph("model"))
    x = drawn.graph.add_input("x", TensorType((1, 2, 1, 3), "int8", Q))
    first, second = (drawn.add("requantize", x, input_offset=offset) for offset in (1, 2))
    rows = drawn.add("concatenate", first, second, axis=2)
    others = drawn.add("requantize", drawn.add("concatenate", x, x, axis=2))
    whole = drawn.add("concatenate", rows, others, axis=3)
    drawn.graph.outputs.append(Port(drawn.add("requantize", whole), drawn.shape(whole)))
    drawn.strided |= {first, second, rows, others}
    plan = plan_memory(drawn.graph, drawn.scratch, drawn.overlaps, drawn.strided)
    assert (whole, "first") in plan.hosted
    assert (rows, "first") not in plan.hosted
    carry_out(drawn, plan, 0)

    # Though a plan may say so: what is left to copy are then every second of these rows.
    stride = plan.strides[rows]
    hosted = replace(
        plan,
        hosted=plan.hosted | {(rows, "first")},
        locations={**plan.locations, first: plan.locations[rows]},
        strides={**plan.strides, first: 2 * stride},
    )
    check_plan(drawn.graph, hosted, {}, drawn.overlaps)
    last = replace(plan.locations[rows], offset=plan.locations[rows].offset + 3 * stride)
    wrong = replace(hosted, locations={**hosted.locations, second: last})
    with pytest.raises(PlanError, match=f"%{rows} writes over %{second}"):
        check_plan(drawn.graph, wrong, {}, drawn.overlaps)


@pytest.mark.parametrize("axis", range(4))
def test_the_checker_knows_every_byte_that_is_left_to_write(axis: int) -> None:
    """Of a part that is copied into a whole whose rows have room between them: its first argument
    is there already."""
    drawn, tiny = Drawn(Graph("model")), TensorType((1, 1), "int8", Q)
    byte = drawn.add("requantize", drawn.graph.add_input("b", tiny))
    x = drawn.graph.add_input("x", TensorType((2, 2, 2, 3), "int8", Q))
    first, second = (drawn.add("requantize", x, input_offset=offset) for offset in (1, 2))
    whole = drawn.add("concatenate", first, second, axis=axis)
    for value in (whole, byte):
        drawn.graph.outputs.append(Port(drawn.add("requantize", value), drawn.shape(value)))
    shape = drawn.shape(whole)
    stride, start, arena = shape[-1] + 4, 64, [Location("arena", offset=at) for at in (0, 64, 512)]
    rows = start + stride * np.arange(np.prod(shape[:-1]))[:, None]
    _, copied = np.split((rows + np.arange(shape[-1])).reshape(shape), 2, axis)
    plan = plan_memory(drawn.graph, {}, {})
    plan = replace(
        plan,
        strides={whole: stride},
        hosted=frozenset({(whole, "first")}),
        locations={**plan.locations, first: arena[0], whole: arena[1], second: arena[2]},
    )
    for at in range(start, start + stride * len(rows)):
        located = replace(plan, locations={**plan.locations, byte: Location("arena", offset=at)})
        with pytest.raises(PlanError) if at in copied else nullcontext():
            check_plan(drawn.graph, located, {}, {})


@pytest.mark.parametrize("read_later", [False, True])
def test_a_state_waits_for_its_last_reader_in_no_second_place(read_later: bool) -> None:
    """What takes its place is computed there or, while nodes still read it, once elsewhere."""
    drawn = Drawn(Graph("model"))
    kept = drawn.graph.add_state("kept", np.zeros((1, 20), np.int8), Q)
    constant = drawn.graph.add_state("constant", np.zeros((1, 20), np.int8), Q)
    x = drawn.graph.add_input("x", TensorType((1, 20), "int8", Q))
    update = drawn.add("requantize", x)
    result = drawn.add("requantize", kept if read_later else x)
    drawn.graph.outputs.append(Port(result, (1, 20)))
    drawn.graph.set_update(kept, update)
    drawn.graph.set_update(constant, constant)
    plan = plan_memory(drawn.graph, {}, {})
    states = {name: plan.locations[name] for name in (kept, constant)}
    assert {at.kind for at in states.values()} == {"state"}
    if read_later:
        assert plan.copies == (Copy(update, plan.locations[update], states[kept]),)
        assert plan.arena_bytes == aligned(20)
    else:
        assert plan.locations[update] == states[kept]
        assert (plan.copies, plan.arena_bytes) == ((), 0)
    carry_out(drawn, plan, 0)


def test_a_window_that_moves_on_to_the_front_begins_where_its_part_does() -> None:
    """New frames come before those of the state: nothing but what they are made of moves."""
    drawn = Drawn(Graph("model"))
    kept = drawn.graph.add_state("kept", np.arange(24, dtype=np.int8).reshape(2, 12), Q)
    x = drawn.graph.add_input("x", TensorType((1, 12), "int8", Q))
    whole = drawn.add("concatenate", drawn.add("requantize", x), kept, axis=0)
    update = drawn.add("slice", whole, begin=(0, 0), size=(2, 12))
    drawn.graph.outputs.append(Port(drawn.add("requantize", whole), (3, 12)))
    drawn.graph.set_update(kept, update)
    plan = plan_memory(drawn.graph, {}, {})
    assert plan.locations[kept] == Location("state", offset=12)
    assert plan.locations[update] == Location("state")
    carry_out(drawn, plan, 0)


def test_only_nodes_that_need_scratch_memory_have_some() -> None:
    drawn = Drawn(Graph("model"))
    x = drawn.graph.add_input("x", TensorType((1, 20), "int8", Q))
    first = drawn.add("requantize", x)
    second = drawn.add("requantize", first)
    drawn.graph.outputs.append(Port(second, (1, 20)))
    plan = plan_memory(drawn.graph, {first: 0, second: 5}, {})
    assert plan.scratch.keys() == {second}


def test_outputs_in_the_arena_are_copied_only_from_elsewhere() -> None:
    """Not what a node computes there."""
    drawn = Drawn(Graph("model"), in_arena=True)
    x = drawn.graph.add_input("x", TensorType((1, 20), "int8", Q))
    kept = drawn.graph.add_state("kept", np.zeros((1, 20), np.int8), Q)
    constant = drawn.graph.add_constant("constant", np.zeros((1, 20), np.int8))
    drawn.graph.types[constant] = drawn.graph.types[x]
    computed = drawn.add("requantize", x)
    for value in (computed, x, kept, constant):
        drawn.graph.outputs.append(Port(value, (1, 20)))
    drawn.graph.set_update(kept, kept)
    plan = plan_memory(drawn.graph, {}, {}, ports_in_arena=True)
    assert [each.value for each in plan.copies] == [kept, constant]
    assert plan.arena_bytes == 4 * aligned(20)
    carry_out(drawn, plan, 0)


def test_an_input_in_the_arena_that_becomes_a_state_is_copied() -> None:
    """Though no node reads the state: the caller writes the input where the header says."""
    drawn = Drawn(Graph("model"), in_arena=True)
    x = drawn.graph.add_input("x", TensorType((1, 20), "int8", Q))
    kept = drawn.graph.add_state("kept", np.zeros((1, 20), np.int8), Q)
    drawn.graph.outputs.append(Port(drawn.add("requantize", x), (1, 20)))
    drawn.graph.set_update(kept, x)
    plan = plan_memory(drawn.graph, {}, {}, ports_in_arena=True)
    assert plan.locations[x].kind == "arena"
    assert [each.value for each in plan.copies] == [x]
    carry_out(drawn, plan, 0)


@given(drawn_graphs(), st.integers(0, 1000), st.data())
@settings(deadline=None, max_examples=150)
def test_the_checker_finds_what_is_overwritten(
    drawn: Drawn, seed: int, data: st.DataObject
) -> None:
    """Something lies elsewhere than planned; a value that is wrong then is no surprise."""
    note(format_graph(drawn.graph))
    drawn = replace(drawn, in_arena=False)  # nodes alone are checked, not callers and copies
    plan = planned(drawn)
    assume(not any(copy.destination.kind == "arena" for copy in plan.copies))
    places = Places(drawn.graph, drawn.strided)
    roots = {places.of(v).root for v, at in plan.locations.items() if at.kind == "arena"}
    assume(roots or plan.scratch)
    offset = data.draw(st.sampled_from([0, 16, 32, plan.arena_bytes - 16, 3, 17]))
    plan = replace(plan, arena_bytes=plan.arena_bytes + 2 * LARGEST)
    index = data.draw(st.integers(0, len(roots) + len(plan.scratch) - 1))
    if index < len(roots):
        plan = elsewhere(drawn.graph, plan, places, sorted(roots)[index], offset)
    else:
        node = list(plan.scratch)[index - len(roots)]
        plan = replace(plan, scratch={**plan.scratch, node: offset})
    try:
        carry_out(drawn, plan, seed)
    except AssertionError as error:
        note(str(error))
        event("wrong")
        with pytest.raises(PlanError):
            check_plan(drawn.graph, plan, drawn.scratch, drawn.overlaps)


def elsewhere(graph: Graph, plan: MemoryPlan, places: Places, root: str, offset: int) -> MemoryPlan:
    """What lies in the root begins there."""
    locations = {
        value: replace(at, offset=offset + places.of(value).offset)
        if at.kind == "arena" and places.of(value).root == root
        else at
        for value, at in plan.locations.items()
    }
    copies = (
        replace(each, source=locations[each.value])
        if each.source == plan.locations[each.value]
        else each
        for each in plan.copies
    )
    moved = replace(plan, locations=locations, copies=tuple(copies))
    if plan.ports is None:
        return moved
    inputs = tuple(locations[port.value].offset for port in graph.inputs)
    outputs = tuple(
        locations[port.value].offset if at == plan.locations[port.value].offset else at
        for port, at in zip(graph.outputs, plan.ports.outputs, strict=True)
    )
    return replace(moved, ports=PortOffsets(inputs, outputs))


@pytest.mark.parametrize("row", range(3))
def test_the_checker_finds_every_row_that_is_overwritten(row: int) -> None:
    """Of rows with room between them, also those behind the first one."""
    drawn = Drawn(Graph("model"))
    x = drawn.graph.add_input("x", TensorType((1, 3, 1, 16), "int8", Q))
    first, second = (drawn.add("requantize", x, input_offset=offset) for offset in (1, 2))
    whole = drawn.add("concatenate", first, second, axis=3)
    drawn.graph.outputs.append(Port(drawn.add("requantize", whole), (1, 3, 1, 32)))
    drawn.strided |= {first, second}
    plan = plan_memory(drawn.graph, {}, {}, drawn.strided)
    check_plan(drawn.graph, plan, {}, {})
    assert plan.strides[first] == 32
    start = plan.locations[first].offset + 32 * row
    plan = replace(plan, scratch={second: start + 8})
    with pytest.raises(PlanError, match=f"%{second} writes over %{first}"):
        check_plan(drawn.graph, plan, {second: 8}, {})


@pytest.mark.parametrize("ahead", [-7, 0, 15])
def test_the_checker_finds_scratch_memory_over_a_node_s_own_output(ahead: int) -> None:
    drawn = Drawn(Graph("model"))
    x = drawn.graph.add_input("x", TensorType((1, 16), "int8", Q))
    inner = drawn.add("requantize", x)
    drawn.graph.outputs.append(Port(drawn.add("requantize", inner), (1, 16)))
    plan = plan_memory(drawn.graph, {inner: 8}, {})
    check_plan(drawn.graph, plan, {inner: 8}, {})
    wrong = replace(plan, scratch={inner: plan.locations[inner].offset + ahead})
    with pytest.raises(PlanError, match=f"%{inner} writes over %{inner}"):
        check_plan(drawn.graph, wrong, {inner: 8}, {})
