"""In which order the actions of a region go, and how many rows its windows need for that.

Rows are computed when somebody needs them: for the next rows of what leaves the region, what they
read is computed first, and so on. That keeps each window at the rows that its readers span.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..ir.regions import Action, Border, Region, Slice, Take, Window, readers


@dataclass(frozen=True)
class Rows:
    """The rows of a value: how many, and of how many bytes."""

    count: int
    bytes: int


def ordered_region(
    nodes: Sequence[str],
    actions: Sequence[Action],
    rows: Mapping[str, Rows],
    windowed: Sequence[str],
    ends: Sequence[str],
) -> Region:
    """The region of these actions. Rows that are computed or pushed are there in the end, whether
    they are read or not.

    rows: of all values in it. windowed: values that lie in windows. ends: values that leave the
    region, in the order of nodes.
    """
    order = _Order(actions, rows, windowed)
    while (last := order.behind(ends)) is not None:
        order.have(last, order.end[last] + 1)
    for action in actions:
        if isinstance(action, Take) and action.pushed:
            order.have(action.output, rows[action.output].count)
    windows = {
        value: Window(order.most[value], rows[value].bytes, order.border.get(value, 0))
        for value in windowed
    }
    return Region(tuple(nodes), tuple(actions), tuple(order.done), windows)


class _Order:
    def __init__(
        self, actions: Sequence[Action], rows: Mapping[str, Rows], windowed: Sequence[str]
    ) -> None:
        self.actions, self.rows = actions, rows
        self.border = {a.output: a.rows for a in actions if isinstance(a, Border) and a.first < 0}
        self.end = {a.output: -self.border.get(a.output, 0) for a in actions}
        self.most = dict.fromkeys(windowed, 0)
        self.done: list[int] = []
        self.makers = {value: self._makers_of(value) for value in self.end}
        self.readers = {value: readers(actions, value) for value in windowed}
        self.computed = {action.output for action in actions if isinstance(action, Slice)}

    def _makers_of(self, value: str) -> list[int]:
        """The actions that bring its rows, those of the first rows first."""
        indices = [i for i, action in enumerate(self.actions) if action.output == value]
        return sorted(indices, key=lambda index: self.actions[index].first)

    def _maker(self, value: str) -> int:
        """The action that brings the next row."""
        makers, end = self.makers[value], self.end[value]
        return next(index for index in reversed(makers) if self.actions[index].first <= end)

    def behind(self, ends: Sequence[str]) -> str | None:
        """The value of which the smallest part is there; None, if all of them are complete."""
        part = {value: self.end[value] / self.rows[value].count for value in ends}
        value = min(ends, key=lambda value: part[value], default=None)
        return value if value is not None and part[value] < 1 else None

    def have(self, value: str, rows: int) -> None:
        """Goes on until these rows of the value are there."""
        while value in self.end and self.end[value] < rows:
            self._do(self._maker(value))

    def _do(self, index: int) -> None:
        action = self.actions[index]
        for read in action.sources():
            self.have(read.value, read.end(self.end[action.output]))
        value = action.output
        self._have_borders_of_readers(value)
        if value in self.most:
            kept = min(self._needed(value), self.end[value])
            self.most[value] = max(self.most[value], self.end[value] + action.rows - kept)
        self.end[value] += action.rows
        self.done.append(index)
        if self._is_complete(value):
            makers = [self.actions[index] for index in self.makers[value]]
            for read in (read for maker in makers for read in maker.sources()):
                self._have_unread(read.value)

    def _is_complete(self, value: str) -> bool:
        return self.end[value] >= self.rows[value].count

    def _have_unread(self, value: str) -> None:
        """Computes the last rows, which nobody reads, as soon as all readers are done."""
        readers = self.readers.get(value, ())
        if value in self.computed and all(self._is_complete(each.output) for each, _ in readers):
            self.have(value, self.rows[value].count)

    def _have_borders_of_readers(self, value: str) -> None:
        """Until a reader's own border is there, rows before its first one would count as needed."""
        for each, _ in self.readers.get(value, ()):
            if self.end[each.output] < 0:
                self._do(self._maker(each.output))

    def _needed(self, value: str) -> int:
        readers = self.readers[value]
        return min((read.begin(self.end[each.output]) for each, read in readers))
