"""From a graph to a MemoryPlan: which values share memory, and at which offset of the arena."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from ..ir import Graph
from ..ir.artifacts import Copy, Location, MemoryPlan, PortOffsets, aligned
from ..ir.regions import Region, joins
from .blocks import MemoryBlock, Overlaps, live_bytes
from .dying_rows import dying_rows
from .offsets import assign_offsets
from .overlaps import Lifetimes, ValueOverlaps, block_overlaps
from .places import Places
from .rows import busy_ticks, only_in_windows, region_overlaps, region_span


def plan_memory(
    graph: Graph,
    scratch_bytes: Mapping[str, int],
    overlaps: ValueOverlaps,
    strided: Set[str] = frozenset(),
    *,
    ports_in_arena: bool = False,
    regions: Sequence[Region] = (),
) -> MemoryPlan:
    """Plans the memory of one inference.

    scratch_bytes: node name -> bytes of working memory.
    overlaps: node name -> argument -> how the only output may lie over it, if it dies there; of a
        node in a region, how that of one call may.
    strided: names of nodes whose kernels can leave room between the rows of their output.
    ports_in_arena: inputs and outputs lie in the arena instead of the caller's buffers.
    regions: nodes that compute rows through windows, in order.
    """
    return _Planner(graph, scratch_bytes, overlaps, strided, ports_in_arena, regions).plan()


def value_blocks(graph: Graph, *, ports_in_arena: bool) -> list[MemoryBlock]:
    """What lies in the arena beside scratch memory, if nothing lies over anything else."""
    return _Planner(graph, {}, {}, frozenset(), ports_in_arena, ()).value_blocks()


def _window_name(region: int, value: str) -> str:
    return f"rows of {value} in region {region}"


class _Planner:
    """Roots are values that lie by themselves; see ``Places``. Times are indices of nodes."""

    def __init__(
        self,
        graph: Graph,
        scratch_bytes: Mapping[str, int],
        overlaps: ValueOverlaps,
        strided: Set[str],
        ports_in_arena: bool,
        regions: Sequence[Region],
    ) -> None:
        self.graph = graph
        self.end = len(graph.nodes)
        used = scratch_bytes.keys() - joins(regions)
        self.scratch = {n: size for n, size in scratch_bytes.items() if n in used and size > 0}
        self.regions = tuple(regions)
        alone = {each.node for region in regions for each in region.slices()}
        self.overlaps = {name: each for name, each in overlaps.items() if name not in alone}
        self.dying = [dying_rows(region).overlaps(region, overlaps) for region in regions]
        self.places = Places(graph, strided, alone | graph.kept)
        self.ports_in_arena = ports_in_arena
        given = [port.value for port in graph.inputs] if ports_in_arena else []
        self.spans = [region_span(graph, region) for region in regions]
        self.lives = Lifetimes(graph, self.places, given, self.spans)
        self.first_write, self.last_use = self.lives.first, self.lives.last
        self.in_windows = {value for region in regions for value in only_in_windows(region)}
        self.busy = [busy_ticks(region) for region in regions]
        self.state_offsets, self.state_bytes = self._states()
        self.fixed = self._fixed_locations()

    def plan(self) -> MemoryPlan:
        blocks = [*self.value_blocks(), *self._window_blocks()]
        blocks += [*self._scratch_blocks(), *self._staging_blocks()]
        overlaps = self._block_overlaps({block.name for block in blocks})
        offsets, arena_bytes = assign_offsets(blocks, overlaps)
        locations = {value: self._location(value, offsets) for value in self.graph.types}
        return MemoryPlan(
            arena_bytes,
            live_bytes(blocks, overlaps),
            locations,
            {node: offsets[f"scratch of {node}"] for node in self.scratch},
            tuple(self._copies(locations, offsets)),
            self.state_bytes,
            {v: s for v in self.graph.types if (s := self.places.of(v).stride) is not None},
            frozenset(self.places.hosted),
            self._port_offsets(locations, offsets),
            self.regions,
            {
                (index, value): offsets[_window_name(index, value)]
                for index, region in enumerate(self.regions)
                for value in region.windows
            },
        )

    def _states(self) -> tuple[dict[str, int], int]:
        """(root -> offset in the memory of states, bytes of that)."""
        offsets: dict[str, int] = {}
        total = 0
        for name in self.graph.states:
            root = self.places.of(name).root
            offsets[root] = total
            total += aligned(self.graph.types[root].bytes)
        return offsets, total

    def _state_location(self, name: str) -> Location:
        place = self.places.of(name)
        return Location("state", offset=self.state_offsets[place.root] + place.offset)

    def _fixed_locations(self) -> dict[str, Location]:
        """Roots that the caller's buffers, the constants or the states hold."""
        graph = self.graph
        fixed = {name: Location("constant", name=name) for name in graph.constants}
        if not self.ports_in_arena:
            fixed |= {port.value: Location("input", i) for i, port in enumerate(graph.inputs)}
        fixed |= {root: Location("state", offset=at) for root, at in self.state_offsets.items()}
        for index, port in enumerate(graph.outputs):
            if self._is_whole(port.value) and not self.ports_in_arena:
                fixed.setdefault(self.places.of(port.value).root, Location("output", index))
        for name, state in graph.states.items():
            root = self.places.of(state.update).root
            if root in fixed or not self._is_whole(state.update):
                continue
            if self.last_use.get(name, -1) < self.first_write[root]:
                fixed[root] = self._state_location(name)
        return fixed

    def _is_whole(self, value: str) -> bool:
        """Whether the value is all that lies in its root."""
        root = self.places.of(value).root
        return self.graph.types[root].bytes == self.graph.types[value].bytes

    def _block_overlaps(self, blocks: Set[str]) -> Overlaps:
        found = dict(block_overlaps(self.graph, self.places, self.lives, self.overlaps))
        for region, span in zip(self.regions, self.spans, strict=True):
            found |= region_overlaps(self.graph, region, span, self.lives)
        for index, dying in enumerate(self.dying):
            for (output, value), overlap in dying.items():
                found[_window_name(index, output), _window_name(index, value)] = overlap
        return {pair: each for pair, each in found.items() if blocks >= set(pair)}

    def value_blocks(self) -> list[MemoryBlock]:
        """One block a root, alive from its first write to its last use."""
        return [
            MemoryBlock(
                root,
                aligned(self.graph.types[root].bytes),
                self.first_write[root],
                self.last_use[root],
            )
            for root in self.first_write
            if root not in self.fixed and root not in self.in_windows
        ]

    def _window_blocks(self) -> Iterator[MemoryBlock]:
        for index, (region, span) in enumerate(zip(self.regions, self.spans, strict=True)):
            busy, _ = self.busy[index]
            for value, window in region.windows.items():
                name, size = _window_name(index, value), aligned(window.bytes)
                yield MemoryBlock(name, size, *span, busy[value])

    def _scratch_blocks(self) -> Iterator[MemoryBlock]:
        turns = {
            node: (*span, busy)
            for span, (_, computes) in zip(self.spans, self.busy, strict=True)
            for node, busy in computes.items()
        }
        for index, node in enumerate(self.graph.nodes):
            if node.name in self.scratch:
                size = aligned(self.scratch[node.name])
                time = turns.get(node.name, (index, index, None))
                yield MemoryBlock(f"scratch of {node.name}", size, *time)

    def _staging_blocks(self) -> Iterator[MemoryBlock]:
        blocks = {f"update of {name}": name for name in self._staged()}
        blocks |= {f"output {i}": self.graph.outputs[i].value for i in self._copied_outputs()}
        for block, value in blocks.items():
            yield MemoryBlock(block, aligned(self.graph.types[value].bytes), self.end, self.end)

    def _copied_outputs(self) -> list[int]:
        """Outputs in the arena that no node computes there."""
        outputs = enumerate(self.graph.outputs) if self.ports_in_arena else ()
        return [i for i, port in outputs if self.places.of(port.value).root in self.fixed]

    def _port_offsets(
        self, locations: Mapping[str, Location], offsets: Mapping[str, int]
    ) -> PortOffsets | None:
        if not self.ports_in_arena:
            return None
        inputs = (locations[port.value].offset for port in self.graph.inputs)
        outputs = (
            offsets.get(f"output {index}", locations[port.value].offset)
            for index, port in enumerate(self.graph.outputs)
        )
        return PortOffsets(tuple(inputs), tuple(outputs))

    def _staged(self) -> list[str]:
        """States that take over what lies in another state: every one is read before any is
        written."""
        return [
            name
            for name, state in self.graph.states.items()
            if (root := self.places.of(state.update).root) in self.graph.states and root != name
        ]

    def _location(self, value: str, offsets: Mapping[str, int]) -> Location:
        place = self.places.of(value)
        found = self.fixed.get(place.root)
        if place.root in self.in_windows:
            return Location("rows")
        if found is None:
            return Location("arena", offset=offsets[place.root] + place.offset)
        return Location(found.kind, found.port, found.name, found.offset + place.offset)

    def _output_location(self, index: int, value: Location, offsets: Mapping[str, int]) -> Location:
        if not self.ports_in_arena:
            return Location("output", index)
        offset = offsets.get(f"output {index}")
        return value if offset is None else Location("arena", offset=offset)

    def _copies(
        self, locations: Mapping[str, Location], offsets: Mapping[str, int]
    ) -> Iterator[Copy]:
        """Outputs first, because they may be what a state held in this call."""
        for index, port in enumerate(self.graph.outputs):
            place = self._output_location(index, locations[port.value], offsets)
            if locations[port.value] != place:
                yield Copy(port.value, locations[port.value], place)
        staged = {n: Location("arena", offset=offsets[f"update of {n}"]) for n in self._staged()}
        for name, location in staged.items():
            update = self.graph.states[name].update
            yield Copy(update, locations[update], location)
        for name, state in self.graph.states.items():
            source = staged.get(name, locations[state.update])
            if source != self._state_location(name):
                yield Copy(state.update, source, self._state_location(name))
