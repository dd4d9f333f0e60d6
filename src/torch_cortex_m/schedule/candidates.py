"""What single nodes and regions would take: bytes, and cycles by estimate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from ..ir.artifacts import Overlap, aligned
from ..ir.regions import Region, Slice, Take, row_bytes, rows_by_node
from ..ops.base import Kernel, Layer
from ..plan import (
    DyingRows,
    Lives,
    MemoryBlock,
    busy_ticks,
    dying_rows,
    live_bytes,
    only_in_windows,
    region_overlaps,
    whole_values_read,
)
from ..select import applicable_kernels, order_kernels
from ..select.choice import Choice
from ..select.order import flash_limit
from ..target import Target
from .regions import RegionBuilder

ROWS_A_CALL = (1, 2, 4, 8)
"""The most rows that a call computes; those of a node are the most that it may up to that."""

SCRATCH = (1 << 30, 4096, 2048, 1024, 512, 0)
"""Limits of scratch memory to try."""

TOO_MANY = 1 << 60
"""Bytes that no memory has."""

CYCLES_A_CALL = 80
"""Of the loop over the actions, and of a function's begin and end."""

CYCLES_A_BYTE = 0.5
"""Of moving rows."""


class Turns(NamedTuple):
    """When windows and nodes of a region are busy, as of ``plan.busy_ticks``, and what of it
    dies."""

    windows: dict[str, int]
    nodes: dict[str, int]
    dying: DyingRows


@dataclass(frozen=True)
class Step:
    """Nodes from ``first`` to ``last`` (by index) with the kernels of their calls; ``region`` is
    None where it is one node that computes all of its output at once. window_bytes: those of
    ``bytes`` that windows and scratch memory take. scratch: as of ``Candidates.by_rows``."""

    first: int
    last: int
    bytes: int
    cycles: float
    layers: Mapping[str, Layer]
    kernels: Mapping[str, Kernel]
    region: Region | None = None
    window_bytes: int = 0
    scratch: int = 0

    @property
    def key(self) -> Hashable:
        """Of the nodes, the rows a call, the kernels and the scratch memory: equal for equal
        steps."""
        rows = () if self.region is None else tuple(rows_by_node(self.region).items())
        return self.first, self.last, rows, tuple(self.kernels.values()), self.scratch


@dataclass(frozen=True)
class RankedLayer:
    """A layer, and its kernels, the best one last, each with the scratch memory that it needs."""

    layer: Layer
    kernels: Mapping[Kernel, int]

    def best(self, scratch: int) -> Kernel:
        """The best one within this limit; without one, the best of the leanest."""
        limit = max(scratch, min(self.kernels.values()))
        return next(k for k in reversed(list(self.kernels)) if self.kernels[k] <= limit)

    def faster(self, kernel: Kernel) -> list[Kernel]:
        """Those that are faster than this one, the best one first."""
        kernels = list(self.kernels)
        return kernels[: kernels.index(kernel) : -1]


class Candidates:
    """Steps of a graph for one target, each worked out once. pushed: as of ``RegionBuilder``.

    objective: for any but speed, kernels for a few rows whose constants take much more flash than
        those of the node's chosen kernel come first.
    """

    def __init__(
        self,
        choice: Choice,
        target: Target,
        *,
        ports_in_arena: bool,
        pushed: str | None = None,
        objective: str = "speed",
    ) -> None:
        self.choice, self.target, self.objective = choice, target, objective
        self.builder = RegionBuilder(choice.graph, pushed)
        self.nodes = self.builder.nodes
        places = {node.name: index for index, node in enumerate(choice.graph.nodes)}
        self.index = [places[node.name] for node in self.nodes]
        self.lives = Lives(choice.graph, ports_in_arena=ports_in_arena)
        self._regions: dict[tuple[int, tuple[int, ...]], tuple[Region, int, Turns] | None] = {}
        self._steps: dict[tuple[int, tuple[int, ...], tuple[Kernel, ...]], Step] = {}
        self._slices: dict[tuple[str, int], RankedLayer] = {}
        self._overlaps: dict[tuple[str, str, Kernel], Mapping[str, Overlap]] = {}

    def single(self, index: int) -> list[Step]:
        """The node with each of its kernels, the best one last. One that reads rows as they are
        pushed takes more than any memory has."""
        name = self.nodes[index].name
        layer = self.choice.layers[name]
        return [self._single(index, layer, kernel) for kernel in self.choice.ranked[name]]

    def _single(self, index: int, layer: Layer, kernel: Kernel) -> Step:
        node, time = self.nodes[index], self.index[index]
        live = self.lives.bytes(time, time) + aligned(kernel.scratch_bytes(layer))
        live -= self.lives.shared(time, node, kernel.overlaps(layer))
        live += TOO_MANY if self.builder.reads_pushed(index) else 0
        cycles = self._cycles(layer, kernel)
        return Step(index, index, live, cycles, {node.name: layer}, {node.name: kernel})

    def bytes_after(self, index: int) -> int:
        """Of all values that are there after a node and needed later."""
        return self.lives.after(self.index[index])

    def go_by_rows(self, first: int, last: int) -> bool:
        """Whether each of these nodes can compute some rows from some rows."""
        nodes = self.nodes[first : last + 1]
        return all(self.builder.rules.rule(node.name) is not None for node in nodes)

    def bytes_beside(self, first: int, last: int) -> int:
        """Of the values that lie whole while these nodes go by rows, at least: less the most that
        what leaves them could share."""
        inner, leaving = self.builder.inner_and_leaving(first, last)
        shared = max((self.lives.sizes.get(name, 0) for name in leaving), default=0)
        span = self.index[first], self.index[last]
        return self.lives.bytes(*span, without=set(inner)) - shared

    def region(self, first: int, last: int, most: int, scratch: int) -> Step | None:
        """These nodes, each with the most rows a call up to ``most``, or the fewest."""
        rows = self.builder.rows_a_call(first, last, most)
        return None if rows is None else self.by_rows(first, rows, scratch)

    def by_rows(self, first: int, rows: Mapping[str, int], scratch: int) -> Step | None:
        """The region of so many nodes from the first one on, with these rows a call.

        scratch: bytes of scratch memory that a kernel may take where there are leaner ones.
        """
        found = self._region(first, rows)
        if found is None:
            return None
        step = self._with_kernels(first, rows, found, self._kernels(found[0], scratch))
        return replace(step, scratch=scratch)

    def _with_kernels(
        self,
        first: int,
        rows: Mapping[str, int],
        found: tuple[Region, int, Turns],
        kernels: Mapping[str, Kernel],
    ) -> Step:
        key = (first, tuple(rows.values()), tuple(kernels.values()))
        if key not in self._steps:
            region, live, turns = found
            layers = {each.node: self._slice(each).layer for each in region.slices()}
            windows = self._window_bytes(region, turns, layers, kernels)
            self._steps[key] = Step(
                first,
                first + len(rows) - 1,
                live + windows,
                self._region_cycles(region, layers, kernels),
                layers,
                kernels,
                region,
                windows,
            )
        return self._steps[key]

    def _region(self, first: int, rows: Mapping[str, int]) -> tuple[Region, int, Turns] | None:
        """(region, bytes of values that are live beside its windows, when what is in use)."""
        key = (first, tuple(rows.values()))
        if key not in self._regions:
            region = self.builder.region(rows)
            span = self.index[first], self.index[first + len(rows) - 1]
            self._regions[key] = region and (
                region,
                self.lives.bytes(*span, without=only_in_windows(region))
                - self._shared(region, span),
                Turns(*busy_ticks(region), dying_rows(region)),
            )
        return self._regions[key]

    def faster_kernels(self, step: Step, node: str) -> Iterator[Step]:
        """The region with each kernel that is faster than this node's, the best one first."""
        assert step.region is not None
        rows = rows_by_node(step.region)
        found = self._region(step.first, rows)
        assert found is not None
        ranked = self._slices[node, rows[node]]
        for kernel in ranked.faster(step.kernels[node]):
            other = self._with_kernels(step.first, rows, found, {**step.kernels, node: kernel})
            yield replace(other, scratch=step.scratch)

    def more_rows(self, node: str, rows: int) -> int | None:
        """The next number of rows that a call of the node may compute."""
        rule = self.builder.rules.rule(node)
        return None if rule is None else next((n for n in rule.rows_a_call if n > rows), None)

    def _kernels(self, region: Region, scratch: int) -> dict[str, Kernel]:
        return {each.node: self._slice(each).best(scratch) for each in region.slices()}

    def _slice(self, each: Slice) -> RankedLayer:
        key = (each.node, each.rows)
        if key not in self._slices:
            self._slices[key] = self._ranked(each.node, self.builder.slice_layer(each))
        return self._slices[key]

    def _ranked(self, node: str, layer: Layer) -> RankedLayer:
        model = self.choice.model
        kernels = applicable_kernels(layer, self.target, frozenset())
        ordered = order_kernels(layer, kernels, model, "speed")
        if self.objective != "speed":
            whole, chosen = self.choice.layers[node], self.choice.selection[node]
            limit = flash_limit(model.constant_bytes(whole, chosen))
            ordered.sort(key=lambda kernel: model.constant_bytes(layer, kernel) <= limit)
        return RankedLayer(layer, {kernel: kernel.scratch_bytes(layer) for kernel in ordered})

    def _shared(self, region: Region, span: tuple[int, int]) -> int:
        sizes, computed = self.lives.sizes, {each.output for each in region.slices()}
        ends, begins = computed - region.windows.keys(), whole_values_read(region)
        if not ends & sizes.keys() or not begins & sizes.keys():
            return 0
        lives = self.lives.taking_turns(*span)
        overlaps = region_overlaps(self.choice.graph, region, span, lives)
        return max(
            (
                overlap.shared(sizes[output], sizes[value])
                for (output, value), overlap in overlaps.items()
                if output in sizes and value in sizes
            ),
            default=0,
        )

    def _region_cycles(
        self, region: Region, layers: Mapping[str, Layer], kernels: Mapping[str, Kernel]
    ) -> float:
        counts = Counter(region.order)
        return sum(
            counts[index] * self._cost(action, layers, kernels)
            for index, action in enumerate(region.actions)
        )

    def _cost(
        self, action: object, layers: Mapping[str, Layer], kernels: Mapping[str, Kernel]
    ) -> float:
        if isinstance(action, Slice):
            layer = layers[action.node]
            moved = layer.output_bytes * CYCLES_A_BYTE
            return self._cycles(layer, kernels[action.node]) + CYCLES_A_CALL + moved
        if isinstance(action, Take):
            size = action.rows * row_bytes(self.choice.graph.types[action.output])
            return CYCLES_A_CALL + CYCLES_A_BYTE * size
        return CYCLES_A_CALL

    def _cycles(self, layer: Layer, kernel: Kernel) -> float:
        cost = self.choice.model.cost(layer, kernel)
        if cost is not None:
            return cost.time[0]
        return layer.op.macs(layer.types) or sum(each.elements for each in layer.outputs)

    def _window_bytes(
        self,
        region: Region,
        turns: Turns,
        layers: Mapping[str, Layer],
        kernels: Mapping[str, Kernel],
    ) -> int:
        """Of windows and scratch memory."""
        blocks = [
            MemoryBlock(value, aligned(window.bytes), 0, 0, turns.windows[value])
            for value, window in region.windows.items()
        ]
        blocks += [
            MemoryBlock(f"scratch of {name}", aligned(size), 0, 0, turns.nodes[name])
            for name, layer in layers.items()
            if (size := kernels[name].scratch_bytes(layer))
        ]
        declared = {name: self._overlaps_of(name, kernels[name], layers[name]) for name in layers}
        return live_bytes(blocks, turns.dying.overlaps(region, declared))

    def _overlaps_of(self, node: str, kernel: Kernel, layer: Layer) -> Mapping[str, Overlap]:
        key = (node, layer.signature.text, kernel)
        if key not in self._overlaps:
            self._overlaps[key] = kernel.overlaps(layer)
        return self._overlaps[key]
