"""Cores that issue in order while results are still under way: Cortex-M7, M33 and M55.

A scoreboard keeps, for each register, the cycle from which it can be read and, for each execution
unit, the cycle from which it is free. An instruction issues when its operands are there, a unit is
free and the instruction before it has issued; two issue together where the core can pair them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .operation import LOADS, Kind, Operation


@dataclass(frozen=True)
class Timing:
    """issue: cycles until the next instruction can issue. latency: cycles until the result can be
    read. units: the instruction takes whichever of them is free first, for ``occupancy`` cycles."""

    issue: int = 1
    latency: int = 1
    units: tuple[str, ...] = ()
    occupancy: int = 1


def _never(first: Operation, second: Operation) -> bool:
    return False


@dataclass(frozen=True)
class ScoreboardTable:
    """What is known of a core.

    timings: by kind; Timing() where none is given.
    multiple_base, registers_per_cycle: a load or store of many takes the former plus a cycle for
        each so many registers.
    taken: cycles that a taken branch costs beyond its own, by the kind of its instruction.
    misprediction: cycles that a conditional branch costs when it goes its rarer way.
    pairs: whether two neighbours can issue in the same cycle; dependences are checked apart.
    address_delay, index_delay: how much earlier than other operands an address, or the vector of
        offsets of a gather or scatter, must be there.
    load_to_early_delay: how much earlier a loaded multiplicand or shifted operand must be there.
    late_advance: how much later an accumulator or the data of a store may be there.
    load_narrow_delay: additional latency of loads of bytes and halfwords.
    core_result_delay: additional latency of a vector instruction's result in a core register.
    """

    timings: Mapping[Kind, Timing]
    taken: Mapping[Kind, int]
    multiple_base: int = 1
    registers_per_cycle: int = 1
    misprediction: int = 0
    pairs: Callable[[Operation, Operation], bool] = _never
    address_delay: int = 0
    index_delay: int = 0
    load_to_early_delay: int = 0
    late_advance: int = 0
    load_narrow_delay: int = 0
    core_result_delay: int = 0

    def pipeline(self) -> Scoreboard:
        return Scoreboard(self)


_VECTOR_KINDS = frozenset(kind for kind in Kind if kind.name.startswith("VECTOR"))
_LATE_READERS = frozenset({Kind.STORE, Kind.MULTIPLY_ADD, Kind.MULTIPLY_ADD_LONG})


@dataclass
class Scoreboard:
    """A core that executes; ``time`` is the cycle in which the next instruction can issue."""

    table: ScoreboardTable
    time: int = 0
    ready: dict[str, int] = field(default_factory=dict)
    loaded: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    unit_free: dict[str, int] = field(default_factory=dict)
    previous: Operation | None = None

    def execute(self, operation: Operation) -> None:
        if operation.kind is Kind.CONDITION:
            return
        timing = self._timing(operation)
        earliest = self._operands_ready(operation)
        unit = min(timing.units, key=self._free, default=None)
        if unit is not None:
            earliest = max(earliest, self._free(unit))
        paired = self._can_pair(operation, earliest)
        start = self.time - 1 if paired else max(self.time, earliest)
        if unit is not None:
            self.unit_free[unit] = start + timing.occupancy
        self._write_results(operation, start, timing)
        self.time = max(self.time, start + timing.issue)
        self.previous = None if paired or timing.issue != 1 else operation

    def take_branch(self, kind: Kind) -> None:
        self.time += self.table.taken.get(kind, 0)
        self.previous = None

    def _free(self, unit: str) -> int:
        return self.unit_free.get(unit, 0)

    def _timing(self, operation: Operation) -> Timing:
        timing = self.table.timings.get(operation.kind, Timing())
        issue = timing.issue
        if operation.kind in (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE):
            registers = operation.count * (2 if operation.is_double else 1)
            issue = self.table.multiple_base - (-registers // self.table.registers_per_cycle)
            issue = max(1, issue)
        elif operation.kind in (Kind.GATHER, Kind.SCATTER):
            issue = timing.issue * operation.count
        if issue == timing.issue:
            return timing
        latency = max(timing.latency, issue + timing.latency - 1)
        return Timing(issue, latency, timing.units, max(timing.occupancy, issue))

    def _operands_ready(self, operation: Operation) -> int:
        advance = self.table.late_advance if operation.kind in _LATE_READERS else 0
        cycles = [0]
        cycles += [self.ready.get(register, 0) - advance for register in operation.reads]
        for register in operation.early:
            delay = self.table.load_to_early_delay if register in self.loaded else 0
            cycles.append(self.ready.get(register, 0) + delay)
        for register in operation.address:
            cycles.append(self.ready.get(register, 0) + self._address_delay(register))
        return max(cycles)

    def _address_delay(self, register: str) -> int:
        if register not in self.ready or register in self.updated:
            return 0
        return self.table.index_delay if register[0] == "q" else self.table.address_delay

    def _can_pair(self, operation: Operation, earliest: int) -> bool:
        """Together with the instruction before it, if that issued alone, a cycle ago."""
        previous = self.previous
        if previous is None or earliest > self.time - 1:
            return False
        written = previous.writes + ((previous.base_update,) if previous.base_update else ())
        needed = operation.address + operation.early + operation.writes
        if not self.table.late_advance or operation.kind not in _LATE_READERS:
            needed += operation.reads
        independent = not any(register in written for register in needed)
        return independent and self.table.pairs(previous, operation)

    def _write_results(self, operation: Operation, start: int, timing: Timing) -> None:
        latency = timing.latency
        if operation.is_narrow_access:
            latency += self.table.load_narrow_delay
        for register in operation.writes:
            to_core = operation.kind in _VECTOR_KINDS and register[0] != "q"
            self.ready[register] = (
                start + latency + (self.table.core_result_delay if to_core else 0)
            )
            self.updated.discard(register)
            if operation.kind in LOADS:
                self.loaded.add(register)
            else:
                self.loaded.discard(register)
        if operation.base_update is not None:
            self.ready[operation.base_update] = start + 1
            self.updated.add(operation.base_update)
