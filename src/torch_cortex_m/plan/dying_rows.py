"""How the rows that a slice computes may lie over rows of what it reads that nothing needs
afterwards, both in windows of one region."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ..ir.artifacts import Overlap
from ..ir.regions import Action, Region, Slice
from .overlaps import ValueOverlaps, all_of
from .rows import Replay, RowSpan, Tick

Pair = tuple[str, str]
"""(a slice's output, a value that it reads)."""

Shifts = dict[tuple[str, str], set[int]]
"""(node, argument) -> bytes."""


@dataclass
class DyingRows:
    """What the order of a region allows, whatever kernels its slices have.

    ahead: the distance at which no rows of the output go over rows of the other value that are
    still needed, nor the other way round. shifts: of each node's argument by how many bytes
    it begins later in its window than the output in its own, in each of the calls.
    """

    ahead: dict[Pair, int] = field(default_factory=dict[Pair, int])
    shifts: dict[Pair, Shifts] = field(default_factory=dict[Pair, Shifts])

    def overlaps(self, region: Region, declared: ValueOverlaps) -> dict[Pair, Overlap]:
        """declared: node -> argument -> how the output of one call may lie over it. Only those
        with which memory is shared."""
        found: dict[Pair, Overlap] = {}
        for pair in self.ahead:
            overlap = self._overlap(pair, declared)
            sizes = [region.windows[name].bytes for name in pair]
            if overlap is not None and overlap.shared(*sizes) > 0:
                found[pair] = overlap
        return found

    def _overlap(self, pair: Pair, declared: ValueOverlaps) -> Overlap | None:
        """What all slices allow that compute rows of the one from rows of the other."""
        allowed = [
            declared[node][argument].moved(shift) if argument in declared.get(node, {}) else None
            for (node, argument), shifts in self.shifts[pair].items()
            for shift in shifts
        ]
        overlap = all_of(allowed)
        if overlap is None:
            return None
        distance = overlap.at_least(self.ahead[pair])
        return None if distance is None else Overlap(distance, overlap.step).aligned()


def dying_rows(region: Region) -> DyingRows:
    """What follows from the order of a region."""
    return _Rows(region).found


class _Rows:
    """Follows the rows of a region. ``needed``: the first row of a window that a slice still has to
    read, as of before the action that goes on."""

    def __init__(self, region: Region) -> None:
        self.windows = region.windows
        self.replay = Replay(region)
        self.needed = {value: self.replay.needed(value) for value in self.windows}
        pairs = list(dict.fromkeys(_pairs(region)))
        self.found = DyingRows({pair: -self.windows[pair[1]].bytes for pair in pairs})
        self.below = {value: [pair for pair in pairs if pair[0] == value] for value in self.windows}
        self.above = {value: [pair for pair in pairs if pair[1] == value] for value in self.windows}
        for tick in self.replay.ticks() if pairs else ():
            self._follow(tick, region.actions[tick.action])

    def _follow(self, tick: Tick, action: Action) -> None:
        value = tick.written.value
        if value in self.windows:
            self._write(tick)
        if isinstance(action, Slice):
            self._note_shifts(tick, action)
        for span in tick.reads:
            if span.value in self.windows:
                self.needed[span.value] = self.replay.needed(span.value)
        for pair in self.below.get(value, ()):
            self._stay_before(pair, self._end(tick.written))

    def _write(self, tick: Tick) -> None:
        """Neither what is moved nor what is written goes over rows that were needed before."""
        written, first = tick.written, self._begin(tick.written)
        if tick.moved is not None:
            first = 0
            for pair in self.below[written.value]:
                self._stay_before(pair, self._end(tick.moved._replace(slot=0)))
        for pair in self.above[written.value]:
            output = pair[0]
            if self.needed[output] < self.replay.end[output]:
                self._widen(pair, self._held(output) - first)

    def _note_shifts(self, tick: Tick, each: Slice) -> None:
        for argument, span in zip(each.reads, tick.reads, strict=True):
            if span.value in self.windows and tick.written.value in self.windows:
                shift = self._begin(span) - self._begin(tick.written)
                shifts = self.found.shifts.setdefault((tick.written.value, span.value), {})
                shifts.setdefault((each.node, argument), set()).add(shift)

    def _stay_before(self, pair: Pair, end: int) -> None:
        """What was written of the output ends before what is needed of the value."""
        value = pair[1]
        first = max(self.needed[value] - self.replay.begin[value], 0)
        if self.needed[value] < self.replay.end[value]:
            self._widen(pair, end - first * self.windows[value].row_bytes)

    def _begin(self, span: RowSpan) -> int:
        """Where in its window a span begins, in bytes."""
        return span.slot * self.windows[span.value].row_bytes

    def _end(self, span: RowSpan) -> int:
        return (span.slot + span.rows) * self.windows[span.value].row_bytes

    def _held(self, value: str) -> int:
        """The bytes of a window up to the last row that is there."""
        rows = self.replay.end[value] - self.replay.begin[value]
        return rows * self.windows[value].row_bytes

    def _widen(self, pair: Pair, distance: int) -> None:
        self.found.ahead[pair] = max(distance, self.found.ahead[pair])


def _pairs(region: Region) -> Iterator[Pair]:
    windows = region.windows
    for each in region.slices():
        values = {read.value for read in each.sources()} & windows.keys()
        yield from ((each.output, value) for value in sorted(values) if each.output in windows)
