"""Checks where the rows of a region lie, action by action: none may be written over one that is
still needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from ..ir import Graph
from ..ir.artifacts import Location, MemoryPlan
from ..ir.regions import Slice, row_bytes, row_count
from .overlaps import ValueOverlaps
from .rows import Replay, RowSpan, Tick


class Bytes(NamedTuple):
    """A range of one memory, and the value that it has bytes of, or is scratch memory for.

    in_window: whether that is a window of rows, which may be taken from the whole value.
    """

    memory: tuple[str, int, str]
    start: int
    stop: int
    value: str
    in_window: bool = False

    def meets(self, other: Bytes) -> bool:
        start, stop = max(self.start, other.start), min(self.stop, other.stop)
        return self.memory == other.memory and start < stop


ARENA = ("arena", 0, "")


class RowsChecker:
    """One region of a plan. ``needed_after``: whether nodes behind the region need a value.
    ``overlaps``: node -> argument -> how the output of one call may lie over it."""

    def __init__(
        self,
        graph: Graph,
        plan: MemoryPlan,
        index: int,
        scratch_bytes: Mapping[str, int],
        needed_after: Callable[[str], bool],
        overlaps: ValueOverlaps,
    ) -> None:
        self.graph, self.plan, self.index = graph, plan, index
        self.region = plan.regions[index]
        self.scratch_bytes, self.needed_after = scratch_bytes, needed_after
        self.overlaps = overlaps
        self.replay = Replay(self.region)
        self.sums = self.region.sums()

    def faults(self, alive: set[str]) -> Iterator[str]:
        """What each action does wrong.

        alive: values that are there before the region and needed in it or behind it.
        """
        ticks = self.replay.ticks()
        while True:
            ends, needed = dict(self.replay.end), list(self._needed(alive))
            tick = next(ticks, None)
            if tick is None:
                return
            value = tick.written.value
            if any(
                span.row + span.rows > ends.get(span.value, span.row + span.rows)
                for span in tick.reads
            ):
                yield f"rows of %{value} are computed from rows that are not there"
            window = self.region.windows.get(value)
            if window is not None and tick.written.slot + tick.written.rows > window.rows:
                yield f"rows of %{value} go beyond their window"
            if tick.moved is not None:
                moved = self._span(tick.moved._replace(slot=0))
                needed = [each for each in needed if not (each.in_window and each.value == value)]
                yield from self._conflicts(moved, needed)
                needed.append(moved)
            if value in self.sums:
                needed = [each for each in needed if each.value != value]
            written, scratch = self._span(tick.written), self._scratch(tick)
            yield from self._conflicts(written, self._without_dying(tick, needed))
            if scratch is not None:
                yield from self._conflicts(scratch, [*needed, written])

    def _conflicts(self, written: Bytes, needed: Iterable[Bytes]) -> Iterator[str]:
        for other in needed:
            if written.meets(other):
                yield f"rows of %{written.value} go over %{other.value}, which is still needed"

    def _without_dying(self, tick: Tick, needed: Iterable[Bytes]) -> Iterator[Bytes]:
        """What is needed, but of windows over whose rows the output may go only what is needed
        behind this action. The replay is there."""
        read = {span.value for span in tick.reads} & self.region.windows.keys()
        dying = {value for value in read if self._may_go_over(tick, value)}
        yield from (each for each in needed if not (each.in_window and each.value in dying))
        yield from (self._held(value) for value in dying)

    def _may_go_over(self, tick: Tick, value: str) -> bool:
        """Whether the kernel allows that the output lies where it does, by all that it reads."""
        action = self.region.actions[tick.action]
        assert isinstance(action, Slice)
        declared, output = self.overlaps.get(action.node, {}), self._span(tick.written)
        for argument, span in zip(action.reads, tick.reads, strict=True):
            distance = self._span(span).start - output.start
            if span.value == value and not (
                argument in declared and declared[argument].allows(distance)
            ):
                return False
        return True

    def _scratch(self, tick: Tick) -> Bytes | None:
        doing = self.region.actions[tick.action]
        if not isinstance(doing, Slice) or doing.node not in self.plan.scratch:
            return None
        start = self.plan.scratch[doing.node]
        return Bytes(ARENA, start, start + self.scratch_bytes[doing.node], tick.written.value)

    def _span(self, span: RowSpan) -> Bytes:
        """The bytes of rows that lie from a slot on; of what calls add to, all."""
        size = row_bytes(self.graph.types[span.value])
        if span.value in self.sums:
            span = span._replace(
                slot=0, rows=row_count(self.graph.types[span.value]) * (span.rows > 0)
            )
        window = self.plan.windows.get((self.index, span.value))
        if window is not None:
            memory, start = ARENA, window
        else:
            location = self.plan.locations[span.value]
            memory, start = (location.kind, location.port, location.name), location.offset
        first = start + span.slot * size
        return Bytes(memory, first, first + span.rows * size, span.value, window is not None)

    def _needed(self, alive: set[str]) -> Iterator[Bytes]:
        """What may not be written over before the next action."""
        replay, region = self.replay, self.region
        yield from (self._held(value) for value in region.windows)
        for value in {each.output for each in region.slices()} - region.windows.keys():
            yield self._span(RowSpan(value, 0, replay.end[value], 0))
        for value in alive:
            yield self._whole(value)

    def _held(self, value: str) -> Bytes:
        """The rows in a window that are still needed."""
        replay = self.replay
        first = max(min(replay.needed(value), replay.end[value]), replay.begin[value])
        rows = replay.end[value] - first
        return self._span(RowSpan(value, first, rows, first - replay.begin[value]))

    def _whole(self, value: str) -> Bytes:
        """Of a value that lies whole, what is needed of it."""
        location, size = self.plan.locations[value], self.graph.types[value].bytes
        memory = (location.kind, location.port, location.name)
        start, end = location.offset, location.offset + size
        root = None if self.needed_after(value) else self._read_by_rows(location)
        if root is not None:
            # Before the border of what reads it is there, rows before the first count as needed.
            first = max(self.replay.needed_whole(root), 0)
            rows = self.plan.locations[root].offset + first * row_bytes(self.graph.types[root])
            start = min(max(start, rows), end)
        return Bytes(memory, start, end, value)

    def _read_by_rows(self, location: Location) -> str | None:
        """The value that is read by rows and has what lies there."""
        for root in self.replay.whole:
            its, size = self.plan.locations[root], self.graph.types[root].bytes
            begins = replace(location, offset=its.offset) == its
            if begins and its.offset <= location.offset < its.offset + size:
                return root
        return None
