"""How the rows that a slice computes may lie over rows of what it reads that nothing needs
afterwards, both in windows of one region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..ir.artifacts import Overlap
from ..ir.regions import Action, Region, Slice
from .overlaps import ValueOverlaps, all_of

Pair = tuple[str, str]
"""(a slice's output, a value that it reads)."""


@dataclass
class DyingRows:
    """What the order of a region allows, whatever kernels its slices have.

    ahead: the distance at which no rows of the output go over rows of the other value that are
    still needed, nor the other way round. shifts: node and argument -> by how many bytes the
    argument begins later in its window than the output in its own, in each of the calls.
    """

    ahead: dict[Pair, int] = field(default_factory=dict[Pair, int])
    shifts: dict[Pair, set[int]] = field(default_factory=dict[Pair, set[int]])

    def overlaps(self, region: Region, declared: ValueOverlaps) -> dict[Pair, Overlap]:
        """declared: node -> argument -> how the output of one call may lie over it. Only those
        with which memory is shared."""
        found: dict[Pair, Overlap] = {}
        for each in region.slices():
            for value in {read.value for read in each.sources()}:
                pair = each.output, value
                overlap = self._overlap(each, value, declared.get(each.node, {}))
                sizes = [region.windows[name].bytes for name in pair if name in region.windows]
                if overlap is not None and overlap.shared(*sizes) > 0:
                    found[pair] = overlap
        return found

    def _overlap(self, each: Slice, value: str, declared: Mapping[str, Overlap]) -> Overlap | None:
        if (each.output, value) not in self.ahead:
            return None  # they are not both in windows
        arguments = [name for name, read in each.reads.items() if read.value == value]
        allowed = [
            declared[name].moved(shift) if name in declared else None
            for name in arguments
            for shift in self.shifts[each.node, name]
        ]
        overlap = all_of(allowed)
        distance = overlap and overlap.at_least(self.ahead[each.output, value])
        return (
            None
            if overlap is None or distance is None
            else Overlap(distance, overlap.step).aligned()
        )


def dying_rows(region: Region) -> DyingRows:
    """What follows from the order of a region."""
    return _Rows(region).found


class _Rows:
    """Carries out the order of a region. ``needed``: the first row of a value that a slice still
    has to read."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.windows = region.windows
        self.end = {action.output: 0 for action in region.actions}
        self.end |= {value: -window.border for value, window in self.windows.items()}
        self.begin = {value: -window.border for value, window in self.windows.items()}
        self.readers = {value: region.readers(value) for value in self.windows}
        self.needed = {value: self._first_needed(value) for value in self.windows}
        self.found = DyingRows()
        self.below: dict[str, list[str]] = {value: [] for value in self.windows}
        self.above: dict[str, list[str]] = {value: [] for value in self.windows}
        for output, value in _pairs(region):
            self.found.ahead[output, value] = -self.windows[value].bytes
            self.below[output].append(value)
            self.above[value].append(output)
        for index in region.order if self.found.ahead else ():
            self._do(region.actions[index])

    def _first_needed(self, value: str) -> int:
        rows = (read.begin(self.end[each.output]) for each, read in self.readers[value])
        return min(rows, default=self.end[value])

    def _do(self, action: Action) -> None:
        value = action.output
        if value in self.windows:
            self._write(action, value)
        self.end[value] += action.rows
        for read in action.sources():
            if read.value in self.windows:
                self.needed[read.value] = self._first_needed(read.value)
        for other in self.below.get(value, ()):
            self._stay_before(value, self._bytes_held(value), other)

    def _write(self, action: Action, value: str) -> None:
        window = self.windows[value]
        moves = self.end[value] + action.rows - self.begin[value] > window.rows
        if moves:
            self.begin[value] = max(min(self.needed[value], self.end[value]), self.begin[value])
            for other in self.below[value]:
                self._stay_before(value, self._bytes_held(value), other)
        first = 0 if moves else self._bytes_held(value)
        for output in self.above[value]:
            if self.needed[output] < self.end[output]:
                self._widen((output, value), self._bytes_held(output) - first)
        if isinstance(action, Slice):
            self._note_shifts(action)

    def _note_shifts(self, each: Slice) -> None:
        own = self._bytes_held(each.output)
        for argument, read in each.reads.items():
            if read.value in self.windows:
                rows = read.begin(self.end[each.output]) - self.begin[read.value]
                shift = rows * self.windows[read.value].row_bytes - own
                self.found.shifts.setdefault((each.node, argument), set()).add(shift)

    def _stay_before(self, output: str, end: int, value: str) -> None:
        """What was written of the output ends before what is needed of the value."""
        needed = max(self.needed[value], self.begin[value])
        if needed < self.end[value]:
            first = (needed - self.begin[value]) * self.windows[value].row_bytes
            self._widen((output, value), end - first)

    def _bytes_held(self, value: str) -> int:
        return (self.end[value] - self.begin[value]) * self.windows[value].row_bytes

    def _widen(self, pair: Pair, distance: int) -> None:
        self.found.ahead[pair] = max(distance, self.found.ahead[pair])


def _pairs(region: Region) -> Iterator[Pair]:
    windows = region.windows
    for each in region.slices():
        values = {read.value for read in each.sources()} & windows.keys()
        yield from ((each.output, value) for value in sorted(values) if each.output in windows)
