"""From a graph to a MemoryPlan: which values share memory, and at which offset of the arena."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from ..ir import Graph
from ..ir.artifacts import ALIGNMENT, Copy, Location, MemoryPlan
from .offsets import MemoryBlock, assign_offsets, live_bytes
from .places import Places


def plan_memory(
    graph: Graph,
    scratch_bytes: Mapping[str, int],
    in_place: Mapping[str, tuple[str, ...]],
    strided: Set[str] = frozenset(),
) -> MemoryPlan:
    """Plans the memory of one inference.

    scratch_bytes: node name -> bytes of working memory.
    in_place: node name -> values whose memory the only output may take over, if they die there.
    strided: names of nodes whose kernels can leave room between the rows of their output.
    """
    return _Planner(graph, scratch_bytes, in_place, strided).plan()


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


class _Planner:
    """Roots are values that lie by themselves; see ``Places``. Times are indices of nodes."""

    def __init__(
        self,
        graph: Graph,
        scratch_bytes: Mapping[str, int],
        in_place: Mapping[str, tuple[str, ...]],
        strided: Set[str],
    ) -> None:
        self.graph = graph
        self.end = len(graph.nodes)
        self.scratch = {node: size for node, size in scratch_bytes.items() if size > 0}
        self.in_place = in_place
        self.places = Places(graph, strided)
        self.first_write, self.last_use = self._lifetimes()
        self.state_offsets, self.state_bytes = self._states()
        self.fixed = self._fixed_locations()
        self.owners = self._share_in_place()

    def plan(self) -> MemoryPlan:
        blocks = [*self._value_blocks(), *self._scratch_blocks(), *self._staging_blocks()]
        offsets, arena_bytes = assign_offsets(blocks)
        locations = {value: self._location(value, offsets) for value in self.graph.types}
        return MemoryPlan(
            arena_bytes,
            live_bytes(blocks),
            locations,
            {node: offsets[f"scratch of {node}"] for node in self.scratch},
            tuple(self._copies(locations, offsets)),
            self.state_bytes,
            {v: s for v in self.graph.types if (s := self.places.of(v).stride) is not None},
            frozenset(self.places.hosted),
        )

    def _lifetimes(self) -> tuple[dict[str, int], dict[str, int]]:
        """(root -> the first node that writes there, root -> the last that reads or writes there);
        what is read after all nodes lives until then."""
        first: dict[str, int] = {}
        last: dict[str, int] = {}
        for index, node in enumerate(self.graph.nodes):
            for value in node.outputs:
                first.setdefault(self.places.of(value).root, index)
            for value in (*node.outputs, *node.inputs):
                if value is not None:
                    last[self.places.of(value).root] = index
        for value in self.graph.results():
            last[self.places.of(value).root] = self.end
        return first, last

    def _states(self) -> tuple[dict[str, int], int]:
        """(root -> offset in the memory of states, bytes of that)."""
        offsets: dict[str, int] = {}
        total = 0
        for name in self.graph.states:
            root = self.places.of(name).root
            offsets[root] = total
            total += _aligned(self.graph.types[root].bytes)
        return offsets, total

    def _state_location(self, name: str) -> Location:
        place = self.places.of(name)
        return Location("state", offset=self.state_offsets[place.root] + place.offset)

    def _fixed_locations(self) -> dict[str, Location]:
        """Roots that the caller's buffers, the constants or the states hold."""
        graph = self.graph
        fixed = {name: Location("constant", name=name) for name in graph.constants}
        fixed |= {port.value: Location("input", i) for i, port in enumerate(graph.inputs)}
        fixed |= {root: Location("state", offset=at) for root, at in self.state_offsets.items()}
        for index, port in enumerate(graph.outputs):
            if self._is_whole(port.value):
                fixed.setdefault(self.places.of(port.value).root, Location("output", index))
        for name, state in graph.states.items():
            root = self.places.of(state.update).root
            may_overwrite = self.last_use.get(name, -1) < self.first_write.get(root, -1)
            if may_overwrite and self._is_whole(state.update):
                fixed.setdefault(root, self._state_location(name))
        return fixed

    def _is_whole(self, value: str) -> bool:
        """Whether the value is all that lies in its root."""
        root = self.places.of(value).root
        return self.graph.types[root].bytes == self.graph.types[value].bytes

    def _share_in_place(self) -> dict[str, str]:
        """Root -> the root whose block it takes over, where a node may work in place."""
        owners: dict[str, str] = {}
        types = self.graph.types
        for index, node in enumerate(self.graph.nodes):
            if self.places.of(node.name).root != node.name or node.name in self.fixed:
                continue
            if self.first_write[node.name] < index:
                continue  # parts of the output are there already
            for value in self.in_place.get(node.name, ()):
                root = self.places.of(value).root
                owner = owners.get(root, root)
                fits = self._is_whole(value) and types[node.name].bytes <= types[owner].bytes
                if root not in self.fixed and self.last_use[root] == index and fits:
                    owners[node.name] = owner
                    break
        return owners

    def _value_blocks(self) -> list[MemoryBlock]:
        """One block an owner, alive from its first write to the last use of any that share it."""
        first: dict[str, int] = {}
        last: dict[str, int] = {}
        for node in self.graph.nodes:
            for value in node.outputs:
                root = self.places.of(value).root
                if root in self.fixed:
                    continue
                owner = self.owners.get(root, root)
                first.setdefault(owner, self.first_write[root])
                last[owner] = max(last.get(owner, 0), self.last_use[root])
        return [
            MemoryBlock(owner, _aligned(self.graph.types[owner].bytes), first[owner], last[owner])
            for owner in first
        ]

    def _scratch_blocks(self) -> Iterator[MemoryBlock]:
        for index, node in enumerate(self.graph.nodes):
            if node.name in self.scratch:
                size = _aligned(self.scratch[node.name])
                yield MemoryBlock(f"scratch of {node.name}", size, index, index)

    def _staging_blocks(self) -> Iterator[MemoryBlock]:
        for name in self._staged():
            size = _aligned(self.graph.types[name].bytes)
            yield MemoryBlock(f"update of {name}", size, self.end, self.end)

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
        if found is None:
            owner = self.owners.get(place.root, place.root)
            return Location("arena", offset=offsets[owner] + place.offset)
        return Location(found.kind, found.port, found.name, found.offset + place.offset)

    def _copies(
        self, locations: Mapping[str, Location], offsets: Mapping[str, int]
    ) -> Iterator[Copy]:
        """Outputs first, because they may be what a state held in this call."""
        for index, port in enumerate(self.graph.outputs):
            if locations[port.value] != Location("output", index):
                yield Copy(port.value, locations[port.value], Location("output", index))
        staged = {n: Location("arena", offset=offsets[f"update of {n}"]) for n in self._staged()}
        for name, location in staged.items():
            update = self.graph.states[name].update
            yield Copy(update, locations[update], location)
        for name, state in self.graph.states.items():
            source = staged.get(name, locations[state.update])
            if source != self._state_location(name):
                yield Copy(state.update, source, self._state_location(name))
