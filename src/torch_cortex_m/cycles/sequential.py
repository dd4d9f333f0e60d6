"""Cores that execute one instruction after the other: Cortex-M0, M0+, M3 and M4.

An instruction takes its own cycles; a neighbour may only hide the second cycle of a load, or have
to be waited for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .operation import MEMORY, Kind, Operation


@dataclass(frozen=True)
class SequentialTable:
    """Cycles of a core.

    cycles: by kind, where it is not 1. For loads and stores of many registers, one more a register.
    taken: cycles that a taken branch costs beyond its own, by the kind of its instruction.
    overlapping_loads: a load takes one cycle less if another load or a store with a constant
        offset follows that needs no result of it for its address.
    offset_register_store: cycles of a store whose offset is in a register.
    address_wait: cycles to wait for an address that the instruction before computed.
    float_wait: cycles to wait for a floating-point result of the instruction before.
    """

    cycles: Mapping[Kind, int]
    taken: Mapping[Kind, int]
    overlapping_loads: bool = False
    offset_register_store: int = 1
    address_wait: int = 0
    float_wait: int = 0

    def pipeline(self) -> Sequential:
        return Sequential(self)


_COMPUTES = frozenset(
    {
        Kind.ALU,
        Kind.BITFIELD,
        Kind.MULTIPLY,
        Kind.MULTIPLY_ADD,
        Kind.MULTIPLY_LONG,
        Kind.MULTIPLY_ADD_LONG,
    }
)
_FLOATS = frozenset({Kind.FLOAT, Kind.FLOAT_MULTIPLY_ADD, Kind.FLOAT_DIVIDE})


@dataclass
class Sequential:
    """A core that executes; ``time`` is the cycle in which the next instruction starts."""

    table: SequentialTable
    time: int = 0
    previous: Operation | None = field(default=None)

    def execute(self, operation: Operation) -> None:
        self.time += self._own_cycles(operation) + self._waiting(operation)
        self.previous = operation

    def take_branch(self, kind: Kind) -> None:
        self.time += self.table.taken.get(kind, 0)
        self.previous = None

    def _own_cycles(self, operation: Operation) -> int:
        kind = operation.kind
        cycles = self.table.cycles.get(kind, 1)
        if kind in (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE):
            return cycles + operation.count * (2 if operation.is_double else 1)
        if kind in (Kind.LOAD, Kind.STORE) and operation.is_double:
            return cycles + 1
        if kind is Kind.STORE and operation.offset is None:
            return self.table.offset_register_store
        return cycles

    def _waiting(self, operation: Operation) -> int:
        """Cycles that the instruction before adds (or, by overlapping, takes off)."""
        previous = self.previous
        if previous is None:
            return 0
        waiting = 0
        if operation.kind in MEMORY and previous.kind in _COMPUTES:
            address = (register for register in operation.address if register != "sp")
            if any(register in previous.writes for register in address):
                waiting += self.table.address_wait
        if previous.kind in _FLOATS and any(r in previous.writes for r in operation.inputs):
            waiting += self.table.float_wait
        if self.table.overlapping_loads and previous.kind is Kind.LOAD and _overlaps(operation):
            needs_result = any(register in previous.writes for register in operation.address)
            waiting -= 0 if needs_result else 1
        return waiting


def _overlaps(operation: Operation) -> bool:
    """Whether the operation can hide a cycle of the load before it."""
    if operation.kind is Kind.STORE:
        return operation.offset is not None
    return operation.kind is Kind.LOAD
