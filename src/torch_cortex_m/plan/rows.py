"""What the rows of a region's values do, action by action, as the emitted C has it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..ir import Graph
from ..ir.artifacts import Overlap
from ..ir.regions import Region, RowsRead, Slice, Take, row_bytes
from .overlaps import Lifetimes


class RowSpan(NamedTuple):
    """Rows of a value, from the ``slot``-th place of its window on (``row`` where it is whole)."""

    value: str
    row: int
    rows: int
    slot: int


class Tick(NamedTuple):
    """One action. moved: the rows that go to the begin of the window before anything is written."""

    action: int
    reads: tuple[RowSpan, ...]
    written: RowSpan
    moved: RowSpan | None


@dataclass
class Replay:
    """Carries out the order of a region, without data.

    ``end``: rows of each value that are there, counted from row 0. ``begin``: the first row that
    each window holds. ``whole``: roots that lie whole and were there before.
    """

    region: Region
    end: dict[str, int] = field(default_factory=dict[str, int])
    begin: dict[str, int] = field(default_factory=dict[str, int])

    def __post_init__(self) -> None:
        for action in self.region.actions:
            self.end[action.output] = 0
        for value, window in self.region.windows.items():
            self.end[value] = self.begin[value] = -window.border
        self.whole = whole_values_read(self.region)
        self._readers = {v: self.region.readers(v) for v in self.end.keys() | self.whole}
        self._sources = [action.sources() for action in self.region.actions]
        self._taken = {a.output for a in self.region.actions if isinstance(a, Take)}

    def ticks(self) -> Iterator[Tick]:
        for index in self.region.order:
            yield self._tick(index)

    def needed(self, value: str) -> int:
        """The first row that a reader still needs; without readers, what is there."""
        return self._first_row(self._readers[value], self.end.get(value, 0))

    def needed_whole(self, value: str) -> int:
        """The same of a value that lies whole: those that go into a window are not needed there."""
        return max(self.end[value], 0) if value in self._taken else self.needed(value)

    def _first_row(self, readers: list[tuple[Slice, RowsRead]], default: int) -> int:
        rows = (read.begin(self.end[each.output]) for each, read in readers)
        return min(rows, default=default)

    def _tick(self, index: int) -> Tick:
        action = self.region.actions[index]
        value, row = action.output, self.end[action.output]
        reads = tuple(
            self._read(read.value, read.begin(row), read.count) for read in self._sources[index]
        )
        moved = self._make_room(value, action.rows)
        self.end[value] += action.rows
        written = RowSpan(value, row, action.rows, row - self.begin.get(value, 0))
        return Tick(index, reads, written, moved)

    def _read(self, value: str, row: int, rows: int) -> RowSpan:
        return RowSpan(value, row, rows, row - self.begin.get(value, 0))

    def _make_room(self, value: str, rows: int) -> RowSpan | None:
        window = self.region.windows.get(value)
        if window is None or self.end[value] + rows - self.begin[value] <= window.rows:
            return None
        kept = min(self.needed(value), self.end[value])
        span = self._read(value, kept, self.end[value] - kept)
        self.begin[value] = kept
        return span


def busy_ticks(region: Region) -> tuple[dict[str, int], dict[str, int]]:
    """(root of a window -> bits of the ticks at which it holds rows that are still needed, node ->
    bits of the ticks at which it computes)."""
    busy = dict.fromkeys(region.windows, 0)
    computes: dict[str, int] = {each.node: 0 for each in region.slices()}
    since: dict[str, int] = {}
    ends = {action.output: 0 for action in region.actions}
    ends |= {value: -window.border for value, window in region.windows.items()}
    readers = {value: region.readers(value) for value in region.windows}
    touched = [(*(s.value for s in a.sources()), a.output) for a in region.actions]
    time = -1
    for time, index in enumerate(region.order):
        action = region.actions[index]
        ends[action.output] += action.rows
        if isinstance(action, Slice):
            computes[action.node] |= 1 << time
        for value in touched[index]:
            if value in busy:
                since.setdefault(value, time)
                needed = (read.begin(ends[each.output]) for each, read in readers[value])
                if all(row >= ends[value] for row in needed):
                    busy[value] |= _bits(since.pop(value), time)
    for value, first in since.items():
        busy[value] |= _bits(first, time)
    return busy, computes


def _bits(first: int, last: int) -> int:
    return (1 << (last + 1)) - (1 << first)


def region_span(graph: Graph, region: Region) -> tuple[int, int]:
    """The first and the last index of its nodes."""
    names = set(region.nodes)
    found = [index for index, node in enumerate(graph.nodes) if node.name in names]
    return found[0], found[-1]


def only_in_windows(region: Region) -> set[str]:
    """The values of which only rows exist."""
    return {each.output for each in region.slices()} & region.windows.keys()


def region_overlaps(
    graph: Graph, region: Region, span: tuple[int, int], lives: Lifetimes
) -> dict[tuple[str, str], Overlap]:
    """(whole output, whole value that dies in the region) -> how the one may lie over the other: no
    row is written over one that is still needed."""
    found: dict[tuple[str, str], Overlap] = {}
    for pair, distance in _leads(graph, region).items():
        output, value = pair
        if lives.first.get(output) == span[0] and lives.last.get(value) == span[1]:
            aligned = Overlap(distance).aligned()
            assert aligned is not None
            found[pair] = aligned
    return found


def _leads(graph: Graph, region: Region) -> dict[tuple[str, str], int]:
    """(whole output, whole value) -> by how many bytes at most what was written of the one is ahead
    of what is still needed of the other."""
    written = {each.output for each in region.slices()} - region.windows.keys() - region.sums()
    replay = Replay(region)
    read = replay.whole
    needed = dict.fromkeys(read, 0)
    leads: dict[tuple[str, str], int] = {}
    for tick in replay.ticks():
        value = tick.written.value
        if value in written:
            end = (tick.written.row + tick.written.rows) * row_bytes(graph.types[value])
            for other in read:
                lead = end - needed[other] * row_bytes(graph.types[other])
                leads[value, other] = max(lead, leads.get((value, other), lead))
        for other in {value, *(span.value for span in tick.reads)} & read:
            needed[other] = replay.needed_whole(other)
    return leads


def whole_values_read(region: Region) -> set[str]:
    """Those that lie whole and were there before, by their roots."""
    taken = {action.output for action in region.actions if isinstance(action, Take)}
    sources = {source.value for each in region.slices() for source in each.sources()}
    computed = {each.output for each in region.slices()}
    return taken | sources - region.windows.keys() - computed
