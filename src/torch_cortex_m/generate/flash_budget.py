"""Which kernels a budget of flash leaves to each node.

Layers with equal kernels and equal scalars share one function, whose code counts once: a trade
moves one node, or all nodes that share a function.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..emit import function_key
from ..errors import TcmError
from ..ops.base import Kernel, Layer
from ..select import CostModel, Selection
from ..select.choice import CHANGE, Choice
from .rows_cost import RowsCost, rows_code

CHANGE_BOTH = "allow more flash or RAM, choose another target, or use a smaller model"


class Trade(NamedTuple):
    """Other kernels for some nodes; the smallest goes first. Where nothing was measured, no time is
    known to be lost, and the next best kernel goes first."""

    time_for_each_byte: float
    ranks_lost: int
    bytes_gained: int
    node: str
    kernel_rank: int
    changes: Selection

    @property
    def order(self) -> tuple[float, int, int, str, int]:
        return self[:5]


@dataclass
class Flash:
    """Code and constants of selections; constants alone of kernels that were never measured on a
    comparable layer."""

    layers: Mapping[str, Layer]
    model: CostModel
    _functions: dict[tuple[str, str], Hashable] = field(default_factory=dict)
    _code: dict[Hashable, int] = field(default_factory=dict)

    def bytes(self, selection: Selection) -> int:
        constants = sum(self.constants(name, kernel) for name, kernel in selection.items())
        return constants + self.code(selection)

    def constants(self, name: str, kernel: Kernel) -> int:
        return self.model.constant_bytes(self.layers[name], kernel)

    def code(self, selection: Selection) -> int:
        """Of the distinct functions."""
        functions = {self.function(name, kernel) for name, kernel in selection.items()}
        return sum(self._code[function] for function in functions)

    def function(self, name: str, kernel: Kernel) -> Hashable:
        """Equal for nodes that share a function."""
        if (name, kernel.name) not in self._functions:
            layer = self.layers[name]
            function = function_key(kernel, layer)
            self._functions[name, kernel.name] = function
            self._code.setdefault(function, self.model.code_bytes(layer, kernel))
        return self._functions[name, kernel.name]

    def sharing(self, selection: Selection) -> dict[Hashable, list[str]]:
        """Function -> the nodes that call it."""
        users: dict[Hashable, list[str]] = {}
        for name, kernel in selection.items():
            users.setdefault(self.function(name, kernel), []).append(name)
        return users

    def saved(
        self, selection: Selection, changes: Selection, users: Mapping[Hashable, Sequence[str]]
    ) -> int:
        """Bytes that the changes, all to other kernels, save; ``users``: ``sharing`` of the
        selection."""
        before = {name: selection[name] for name in changes}
        constants = sum(
            self.constants(name, before[name]) - self.constants(name, kernel)
            for name, kernel in changes.items()
        )
        freed = {
            name: kernel
            for name, kernel in before.items()
            if changes.keys() >= set(users[self.function(name, kernel)])
        }
        added = {
            name: kernel
            for name, kernel in changes.items()
            if self.function(name, kernel) not in users
        }
        return constants + self.code(freed) - self.code(added)


def flash_bytes(choice: Choice) -> int:
    """Code and constants of the choice, measured or estimated."""
    return Flash(choice.layers, choice.model).bytes(choice.selection)


def within_flash(choice: Choice, limit: int, cost: RowsCost) -> Choice:
    """``reduced_to`` what the code of rows leaves of a limit; raises TcmError if no choice is
    within it."""
    rows = rows_code(choice.graph, choice.regions, cost)
    choice = reduced_to(choice, limit - rows)
    least = flash_bytes(choice) + rows
    if least > limit:
        by_rows = f", {rows} of them for computing a few rows at a time" if rows else ""
        raise TcmError(
            "the model does not fit the flash budget",
            where="flash",
            expected=f"at most {limit} bytes",
            got=f"{least} bytes with the smallest kernels{by_rows}{_certainty(choice)}",
            hint=CHANGE_BOTH if rows else CHANGE,
        )
    return choice


def _certainty(choice: Choice) -> str:
    """What the sum of flash is worth."""
    pairs = ((choice.layers[name], kernel) for name, kernel in choice.selection.items())
    if all(choice.model.measured(layer, kernel) is not None for layer, kernel in pairs):
        return ""
    return ", an estimate: tcm tune or --tune measures the layers"


def reduced_to(choice: Choice, limit: int) -> Choice:
    """The first of ``smaller_choices`` within ``limit``, or the last one."""
    for size, smaller in smaller_choices(choice):
        choice = smaller
        if size <= limit:
            break
    return choice


def smaller_choices(choice: Choice) -> Iterator[tuple[int, Choice]]:
    """The choice and smaller and smaller ones, each with its bytes: time is traded for flash, the
    cheapest trade first, until nothing is left to trade."""
    flash = Flash(choice.layers, choice.model)
    size = flash.bytes(choice.selection)
    while True:
        yield size, choice
        trade = min(_trades(choice, flash), key=lambda trade: trade.order, default=None)
        if trade is None:
            return
        choice = choice.with_kernels(trade.changes)
        size += trade.bytes_gained


def _trades(choice: Choice, flash: Flash) -> Iterator[Trade]:
    """Kernels whose time is known and others do not compare."""
    users = flash.sharing(choice.selection)
    together = [names for names in users.values() if len(names) > 1]
    for names in [[name] for name in choice.ranked] + together:
        kernels = choice.ranked[names[0]]
        rank = kernels.index(choice.selection[names[0]])
        for index, kernel in enumerate(kernels):
            changes = None if index == rank else _with_kernel(choice, names, kernel)
            if changes is None or not _compare(choice, changes):
                continue
            saved = flash.saved(choice.selection, changes, users)
            if saved > 0:
                lost = _time_lost(choice, changes)
                yield Trade(lost / saved, rank - index, -saved, names[0], index, changes)


def _time_lost(choice: Choice, changes: Selection) -> int:
    return sum(
        choice.time(name, kernel) - choice.time(name, choice.selection[name])
        for name, kernel in changes.items()
    )


def _with_kernel(choice: Choice, names: Sequence[str], kernel: Kernel) -> Selection | None:
    """The kernel for all of the nodes, None if one of them cannot have it."""
    found = {
        name: other for name in names for other in choice.ranked[name] if other.name == kernel.name
    }
    return found if len(found) == len(names) else None


def _compare(choice: Choice, changes: Selection) -> bool:
    return all(
        choice.is_known(name, choice.selection[name]) == choice.is_known(name, kernel)
        for name, kernel in changes.items()
    )
