"""One instruction as the cycle models see it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """Instructions that take the same time on every core that has them."""

    ALU = auto()
    BITFIELD = auto()  # bit fields, extension, packing, saturation, parallel adds
    MULTIPLY = auto()
    MULTIPLY_ADD = auto()
    MULTIPLY_LONG = auto()
    MULTIPLY_ADD_LONG = auto()
    DIVIDE = auto()
    LOAD = auto()
    STORE = auto()
    LOAD_PAIR = auto()
    STORE_PAIR = auto()
    LOAD_MULTIPLE = auto()
    STORE_MULTIPLE = auto()
    BRANCH = auto()
    CALL = auto()
    INDIRECT_BRANCH = auto()
    LOOP_START = auto()
    LOOP_END = auto()
    CONDITION = auto()  # IT, and VPST: they say which of the next instructions apply
    FLOAT = auto()
    FLOAT_MULTIPLY_ADD = auto()
    FLOAT_DIVIDE = auto()
    VECTOR_LOAD = auto()
    VECTOR_STORE = auto()
    GATHER = auto()
    SCATTER = auto()
    VECTOR_ALU = auto()
    VECTOR_SHIFT = auto()  # rounding or saturating
    VECTOR_NARROW = auto()
    VECTOR_MULTIPLY = auto()
    VECTOR_COMPARE = auto()
    VECTOR_MOVE = auto()  # of lanes, to or from core registers
    VECTOR_PREDICATE = auto()


LOADS = frozenset({Kind.LOAD, Kind.LOAD_PAIR, Kind.LOAD_MULTIPLE})
STORES = frozenset({Kind.STORE, Kind.STORE_PAIR, Kind.STORE_MULTIPLE})
MEMORY = LOADS | STORES
BRANCHES = frozenset({Kind.BRANCH, Kind.CALL, Kind.INDIRECT_BRANCH, Kind.LOOP_END, Kind.LOOP_START})


@dataclass(frozen=True)
class Operation:
    """A decoded instruction.

    writes, reads: registers (r0-r12, sp, lr, pc, s0-s31, d0-d15, q0-q7). ``reads`` leaves out what
    the next three list. address: base and offset registers. early: multiplicands and shifted
    operands, which some cores need a cycle before the others. base_update: the base register that
    the instruction also moves. count: the registers of a load or store of many, the elements of a
    gather or scatter. offset: the constant offset of a load or store, None if there is none.
    """

    text: str
    size: int
    kind: Kind
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    early: tuple[str, ...] = ()
    base_update: str | None = None
    count: int = 1
    offset: int | None = None
    is_double: bool = False
    is_narrow_access: bool = False
    has_shifted_operand: bool = False

    @property
    def mnemonic(self) -> str:
        return self.text.split(None, 1)[0]

    @property
    def is_short(self) -> bool:
        """A 16-bit encoding."""
        return self.size == 2

    @property
    def inputs(self) -> tuple[str, ...]:
        """All registers that it reads."""
        return self.reads + self.early + self.address
