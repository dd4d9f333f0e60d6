"""What single nodes and regions would take: bytes, and cycles by estimate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..ir.artifacts import ALIGNMENT
from ..ir.regions import Region, Slice, Take
from ..ops.base import Kernel, Layer
from ..plan import (
    Lives,
    MemoryBlock,
    busy_ticks,
    live_bytes,
    only_in_windows,
    region_overlaps,
)
from ..select import applicable_kernels, order_kernels
from ..select.choice import Choice
from ..target import Target
from .regions import RegionBuilder

ROWS_A_CALL = (8, 4, 2, 1)
"""The most rows that a call computes; those of a node are the most that divide its output's."""

CYCLES_A_CALL = 80
"""Of the loop over the actions, and of a function's begin and end."""

CYCLES_A_BYTE = 0.5
"""Of moving rows."""


@dataclass(frozen=True)
class Step:
    """Nodes from ``first`` to ``last`` (by index) with the kernels of their calls; ``region`` is
    None where it is one node that computes all of its output at once. window_bytes: those of
    ``bytes`` that windows and scratch memory take."""

    first: int
    last: int
    bytes: int
    cycles: float
    layers: Mapping[str, Layer]
    kernels: Mapping[str, Kernel]
    region: Region | None = None
    window_bytes: int = 0


class Candidates:
    """Steps of a graph for one target, each worked out once."""

    def __init__(
        self,
        choice: Choice,
        target: Target,
        *,
        ports_in_arena: bool,
    ) -> None:
        self.choice, self.target = choice, target
        self.builder = RegionBuilder(choice.graph)
        self.nodes = self.builder.nodes
        places = {node.name: index for index, node in enumerate(choice.graph.nodes)}
        self.index = [places[node.name] for node in self.nodes]
        self.lives = Lives(choice.graph, ports_in_arena=ports_in_arena)
        self._regions: dict[tuple[int, int, int], Region | None] = {}
        self._steps: dict[tuple[int, int, int, bool], Step | None] = {}
        self._slices: dict[tuple[str, int], tuple[Layer, list[Kernel]]] = {}

    def single(self, index: int) -> list[Step]:
        """The node with each of its kernels, the best one last."""
        name = self.nodes[index].name
        layer = self.choice.layers[name]
        return [self._single(index, layer, kernel) for kernel in self.choice.ranked[name]]

    def _single(self, index: int, layer: Layer, kernel: Kernel) -> Step:
        node, time = self.nodes[index], self.index[index]
        live = self.lives.bytes(time, time) + _aligned(kernel.scratch_bytes(layer))
        live -= self.lives.shared(time, node, kernel.overlaps(layer))
        cycles = self._cycles(layer, kernel)
        return Step(index, index, live, cycles, {node.name: layer}, {node.name: kernel})

    def region(self, first: int, last: int, most: int, lean: bool) -> Step | None:
        """lean: with the kernels that need the least scratch memory instead of the fastest."""
        key = (first, last, most, lean)
        if key not in self._steps:
            self._steps[key] = self._region_step(first, last, most, lean)
        return self._steps[key]

    def _region_step(self, first: int, last: int, most: int, lean: bool) -> Step | None:
        region = self._region(first, last, most)
        if region is None:
            return None
        layers, kernels = self._kernels(region, lean)
        span = self.index[first], self.index[last]
        windows = self._window_bytes(region, layers, kernels)
        live = self.lives.bytes(*span, without=only_in_windows(region))
        live += windows - self._shared(region, span)
        cycles = sum(
            region.order.count(index) * self._cost(action, layers, kernels)
            for index, action in enumerate(region.actions)
        )
        return Step(first, last, live, cycles, layers, kernels, region, windows)

    def _region(self, first: int, last: int, most: int) -> Region | None:
        key = (first, last, most)
        if key not in self._regions:
            rows = self.builder.rows_a_call(*key)
            self._regions[key] = None if rows is None else self.builder.region(rows)
        return self._regions[key]

    def _kernels(self, region: Region, lean: bool) -> tuple[dict[str, Layer], dict[str, Kernel]]:
        layers: dict[str, Layer] = {}
        kernels: dict[str, Kernel] = {}
        for each in region.slices():
            layer, ranked = self._slice(each)
            layers[each.node] = layer
            least = min(kernel.scratch_bytes(layer) for kernel in ranked)
            kernels[each.node] = next(
                kernel
                for kernel in reversed(ranked)
                if not lean or kernel.scratch_bytes(layer) == least
            )
        return layers, kernels

    def _slice(self, each: Slice) -> tuple[Layer, list[Kernel]]:
        key = (each.node, each.rows)
        if key not in self._slices:
            layer = self.builder.slice_layer(each)
            self._slices[key] = layer, self._ranked(layer)
        return self._slices[key]

    def _ranked(self, layer: Layer) -> list[Kernel]:
        kernels = applicable_kernels(layer, self.target, frozenset())
        return order_kernels(layer, kernels, self.choice.model, "speed")

    def _window_bytes(
        self, region: Region, layers: Mapping[str, Layer], kernels: Mapping[str, Kernel]
    ) -> int:
        busy, computes = busy_ticks(region)
        blocks = [
            MemoryBlock(value, _aligned(window.bytes), 0, 0, busy[value])
            for value, window in region.windows.items()
        ]
        blocks += [
            MemoryBlock(f"scratch of {name}", _aligned(size), 0, 0, computes[name])
            for name, layer in layers.items()
            if (size := kernels[name].scratch_bytes(layer))
        ]
        return live_bytes(blocks)

    def _shared(self, region: Region, span: tuple[int, int]) -> int:
        sizes, ends = self.lives.sizes, {each.output for each in region.slices()}
        if not (ends - region.windows.keys()) & sizes.keys():
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

    def _cost(
        self, action: object, layers: Mapping[str, Layer], kernels: Mapping[str, Kernel]
    ) -> float:
        if isinstance(action, Slice):
            layer = layers[action.node]
            moved = layer.output_bytes * CYCLES_A_BYTE
            return self._cycles(layer, kernels[action.node]) + CYCLES_A_CALL + moved
        if isinstance(action, Take):
            return CYCLES_A_CALL + CYCLES_A_BYTE * action.rows
        return CYCLES_A_CALL

    def _cycles(self, layer: Layer, kernel: Kernel) -> float:
        cost = self.choice.model.cost(layer, kernel)
        if cost is not None:
            return cost.time[0]
        return layer.op.macs(layer.types) or layer.output.elements


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT
