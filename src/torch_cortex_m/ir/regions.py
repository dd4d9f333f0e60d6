"""Regions: nodes that compute a few rows at a time, so that most values never exist whole.

A value's rows lie along its first axis that is longer than 1, so that they are contiguous. Row 0 is
the first; rows before it and behind the last are its border, which stands for padding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from .types import TensorType


def row_count(type_: TensorType) -> int:
    """The rows of a value of this type; 1 where no axis is longer."""
    return next((size for size in type_.shape if size > 1), 1)


def row_bytes(type_: TensorType) -> int:
    return type_.bytes // row_count(type_)


@dataclass(frozen=True)
class RowsRead:
    """What a slice reads of a value, by its root: for rows from ``start`` + p on of its output
    ``count`` rows, the first of which is ``first`` + ``stride`` * floor(p / ``period``).

    start: the first row of the output that the slice computes, if others compute those before.
    """

    value: str
    first: int
    stride: int
    count: int
    period: int = 1
    start: int = 0

    def begin(self, row: int) -> int:
        """Before rows from ``start`` on go on, what they begin with."""
        row = max(row - self.start, 0) if self.start else row
        return self.first + self.stride * (row // self.period)

    def end(self, row: int) -> int:
        return self.begin(row) + self.count

    def step(self, rows: int) -> int:
        """By how many rows reading moves on for so many rows of the output."""
        return self.stride * -(-rows // self.period)

    def of(self, rows: int) -> RowsRead:
        """The same for so many rows of the output together, where ``count`` are read for one."""
        return replace(self, count=self.count + self.step(rows) - self.stride)


@dataclass(frozen=True)
class Slice:
    """A node that computes ``rows`` rows of its output (a root) at a time, from row ``first`` on.

    reads: by argument, of the arguments that have rows; all others it reads whole. start: None; or
    the argument that the output begins as, where each call adds to all of the output: its rows are
    then those of what it reads. joins: nodes of which these are rows, too, as they do no more than
    put rows of several nodes behind each other.
    """

    node: str
    output: str
    rows: int
    reads: Mapping[str, RowsRead]
    start: str | None = None
    first: int = 0
    joins: tuple[str, ...] = ()

    def sources(self) -> tuple[RowsRead, ...]:
        return tuple(self.reads.values())


@dataclass(frozen=True)
class Take:
    """Copies ``rows`` rows of a value into its window, which lies whole somewhere else or, if they
    are ``pushed``, comes row by row from the caller."""

    output: str
    rows: int
    pushed: bool = False
    first: ClassVar[int] = 0

    def sources(self) -> tuple[RowsRead, ...]:
        return ()


@dataclass(frozen=True)
class Border:
    """Fills ``rows`` rows of a window's border, which goes on from ``first``, with one value."""

    output: str
    first: int
    rows: int
    value: int

    def sources(self) -> tuple[RowsRead, ...]:
        return ()


Action = Slice | Take | Border


@dataclass(frozen=True)
class Window:
    """Room for consecutive rows of a value; the oldest leave when there is no room for new ones.

    ``border``: rows of it before row 0.
    """

    rows: int
    row_bytes: int
    border: int = 0

    @property
    def bytes(self) -> int:
        return self.rows * self.row_bytes


@dataclass(frozen=True)
class Region:
    """Consecutive nodes that compute rows through windows.

    actions: what there is to do; each goes on where it was the last time, from its ``first`` row
    to that of the next action with the same output. order: indices of actions, one after the other.
    windows: by the roots that they hold rows of; all other values that the actions read or write
    lie whole. nodes: names of all nodes in it, in the graph's order.
    """

    nodes: tuple[str, ...]
    actions: tuple[Action, ...]
    order: tuple[int, ...]
    windows: Mapping[str, Window]

    def slices(self) -> tuple[Slice, ...]:
        return tuple(action for action in self.actions if isinstance(action, Slice))

    def counted(self) -> list[str]:
        """The values whose rows the actions bring, each once."""
        return list(dict.fromkeys(action.output for action in self.actions))

    def sums(self) -> set[str]:
        """The outputs that calls add to, which lie whole."""
        return {each.output for each in self.slices() if each.start is not None}

    def calls(self) -> dict[str, int]:
        """Node -> how often it is called; of those that only join, how often rows are there."""
        counts: Counter[str] = Counter()
        for index in self.order:
            action = self.actions[index]
            counts.update((action.node, *action.joins) if isinstance(action, Slice) else ())
        return dict(counts)

    def joins(self) -> set[str]:
        """The nodes that only join rows of others, which are computed in their places."""
        return set(self.nodes) - {each.node for each in self.slices()}

    def readers(self, value: str) -> list[tuple[Slice, RowsRead]]:
        """The slices that read rows of this value, and which."""
        return readers(self.actions, value)


def readers(actions: Iterable[Action], value: str) -> list[tuple[Slice, RowsRead]]:
    """The slices among these actions that read rows of a value, and which."""
    slices = (each for each in actions if isinstance(each, Slice))
    return [(each, read) for each in slices for read in each.sources() if read.value == value]


def pushed_input(regions: Iterable[Region]) -> str | None:
    """The value whose rows the caller pushes; None where there is none."""
    takes = (each for region in regions for each in region.actions if isinstance(each, Take))
    return next((take.output for take in takes if take.pushed), None)


def calls(regions: Iterable[Region]) -> dict[str, int]:
    """Node of a region -> how often it is called."""
    return {name: count for region in regions for name, count in region.calls().items()}


def joins(regions: Iterable[Region]) -> set[str]:
    """The nodes in regions that only join rows of others."""
    return {name for region in regions for name in region.joins()}


def rows_by_node(region: Region) -> dict[str, int]:
    """How many rows each node computes a call, in the order of nodes; 0 of those that only join."""
    rows = {each.node: each.rows for each in region.slices()}
    return {name: rows.get(name, 0) for name in region.nodes}
