"""Checks a plan from what it says, not from how it was made: no node may write where something is
that is still needed, but where its kernel says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from ..ir import Graph, Node
from ..ir.artifacts import Location, MemoryPlan
from .check_rows import RowsChecker
from .overlaps import ValueOverlaps
from .rows import region_span


class PlanError(Exception):
    """A plan that breaks what it promises: a defect of the compiler, not of the user's model."""


class Rows(NamedTuple):
    """Bytes of one memory: ``rows`` of ``bytes``, ``stride`` apart from ``start`` on."""

    memory: tuple[str, int, str]
    start: int
    bytes: int
    rows: int = 1
    stride: int = 0

    @property
    def end(self) -> int:
        return self.start + (self.rows - 1) * self.stride + self.bytes

    def meets(self, other: Rows) -> bool:
        if self.memory != other.memory or self.end <= other.start or other.end <= self.start:
            return False
        if self.rows == other.rows == 1:
            return True
        first = min(self.start, other.start)
        length = max(self.end, other.end) - first
        return bool((self._mask(first, length) & other._mask(first, length)).any())

    def _mask(self, first: int, length: int) -> np.ndarray:
        mask = np.zeros(length, np.bool_)
        for row in range(self.rows):
            start = self.start - first + row * self.stride
            mask[start : start + self.bytes] = True
        return mask


def check_plan(
    graph: Graph, plan: MemoryPlan, scratch_bytes: Mapping[str, int], overlaps: ValueOverlaps
) -> None:
    """Raises PlanError, naming the node and the value, if the node writes over it too early."""
    _Checker(graph, plan, scratch_bytes, overlaps).check()


class _Checker:
    def __init__(
        self,
        graph: Graph,
        plan: MemoryPlan,
        scratch_bytes: Mapping[str, int],
        overlaps: ValueOverlaps,
    ) -> None:
        self.graph, self.plan = graph, plan
        self.scratch_bytes, self.overlaps = scratch_bytes, overlaps
        self.regions = {region.nodes[0]: i for i, region in enumerate(plan.regions)}
        self.in_regions = {name for region in plan.regions for name in region.nodes}
        self.last_use = {
            value: index
            for index, node in enumerate(graph.nodes)
            for value in (*node.outputs, *node.inputs)
            if value is not None
        } | dict.fromkeys(graph.results(), len(graph.nodes))

    def check(self) -> None:
        alive = {port.value for port in self.graph.inputs} | set(self.graph.states)
        computing = set(self.graph.computing_nodes())
        for index, node in enumerate(self.graph.nodes):
            alive = {value for value in alive if self.last_use.get(value, -1) >= index}
            if node.name in self.regions:
                self._check_region(self.regions[node.name], alive)
            by_itself = node in computing and node.name not in self.in_regions
            for value in sorted(alive) if by_itself else ():
                self._check(index, node, value)
            if by_itself:
                self._check_own(node)
            alive.update(node.outputs)

    def _check_region(self, index: int, alive: set[str]) -> None:
        _, last = region_span(self.graph, self.plan.regions[index])
        present = {v for v in alive if self.plan.locations[v].kind != "rows"}
        checker = RowsChecker(
            self.graph,
            self.plan,
            index,
            self.scratch_bytes,
            lambda value: self.last_use[value] > last,
            self.overlaps,
        )
        for fault in checker.faults(present):
            raise PlanError(fault)

    def _check(self, index: int, node: Node, value: str) -> None:
        needed = self._rows(value)
        for written in self._written(node):
            free = not written.meets(needed)
            self._expect(free or self._may_overlap(index, node, value), node.name, value)
        scratch = self._scratch(node)
        self._expect(scratch is None or not scratch.meets(needed), node.name, value)

    def _check_own(self, node: Node) -> None:
        """What a node writes itself lies apart."""
        scratch = self._scratch(node)
        written = [(output, self._rows(output)) for output in node.outputs]
        for index, (output, rows) in enumerate(written):
            others = [other for _, other in written[:index]]
            for other in others if scratch is None else [*others, scratch]:
                self._expect(not rows.meets(other), node.name, output)

    def _expect(self, holds: bool, node: str, value: str) -> None:
        if not holds:
            raise PlanError(f"%{node} writes over %{value}, which is still needed")

    def _may_overlap(self, index: int, node: Node, value: str) -> bool:
        """Whether the value dies here, as arguments over which the output may lie as it does."""
        if self.last_use[value] > index or len(node.outputs) != 1:
            return False
        distance = self._start(value) - self._start(node.output)
        names = [name for name, read in node.arguments().items() if read == value]
        declared = self.overlaps.get(node.name, {})
        return bool(names) and all(
            name in declared and declared[name].allows(distance) for name in names
        )

    def _written(self, node: Node) -> Iterator[Rows]:
        """All outputs, but for the parts that lie in their places already."""
        hosted = {argument for owner, argument in self.plan.hosted if owner == node.name}
        if not hosted:
            yield from (self._rows(output) for output in node.outputs)
            return
        types = self.graph.present_types(node)
        memory = _memory(self.plan.locations[node.output])
        for argument, part in node.op.parts(types).items():
            if argument not in hosted:
                count = types[argument].bytes // part.run
                runs = Rows(memory, part.offset, part.run, count, part.stride)
                yield from self._in_whole(node.output, runs)

    def _in_whole(self, whole: str, runs: Rows) -> Iterator[Rows]:
        """Runs of a dense value where it really lies, maybe with room between its own rows."""
        origin, stride = self._start(whole), self.plan.strides.get(whole)
        if stride is None:
            yield runs._replace(start=origin + runs.start)
            return
        row = self._row_bytes(whole)

        def spread(offset: int) -> int:
            return origin + offset // row * stride + offset % row

        if runs.bytes <= row:
            yield runs._replace(start=spread(runs.start), stride=runs.stride // row * stride)
            return
        for index in range(runs.rows):
            start = spread(runs.start + index * runs.stride)
            yield Rows(runs.memory, start, row, runs.bytes // row, stride)

    def _row_bytes(self, value: str) -> int:
        type_ = self.graph.types[value]
        return type_.shape[-1] * type_.element_bytes

    def _rows(self, value: str) -> Rows:
        type_, location = self.graph.types[value], self.plan.locations[value]
        stride = self.plan.strides.get(value)
        if stride is None:
            return Rows(_memory(location), location.offset, type_.bytes)
        row = self._row_bytes(value)
        return Rows(_memory(location), location.offset, row, type_.bytes // row, stride)

    def _start(self, value: str) -> int:
        return self.plan.locations[value].offset

    def _scratch(self, node: Node) -> Rows | None:
        offset = self.plan.scratch.get(node.name)
        if offset is None:
            return None
        return Rows(("arena", 0, ""), offset, self.scratch_bytes[node.name])


def _memory(location: Location) -> tuple[str, int, str]:
    return location.kind, location.port, location.name
