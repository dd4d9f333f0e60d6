"""Instruction timings of the cores, as data.

All figures are for memories without wait states. Sources:

- Cortex-M0: Arm DDI 0432C, table 3-1; with the multiplier of one cycle (the other one takes 32).
- Cortex-M0+: Arm DDI 0484C, table 3-1; with the multiplier of one cycle.
- Cortex-M3: Arm DDI 0337H, table 3-1 and section 3.3.3; a long multiplication, whose time depends
  on its operands, is taken at the middle of its range.
- Cortex-M4: Arm DDI 0439B, table 3-1, section 3.3.3 and table 7-1. That an address computed by the
  instruction before costs a cycle, and a store with an offset in a register two, was measured on
  silicon by others (github.com/jnk0le/random, "pipeline cycle test").
- Cortex-M7: Arm has published no table. Pipeline: Arm DDI 0489D, section 1.2; what was measured on
  silicon by others: quinapalus.com/cm7cycles.html and the "pipeline cycle test"; LLVM's
  ARMScheduleM7.td, by Arm's engineers.
- Cortex-M33: Arm 100230 describes the pipeline but has no table; the latencies are those of the
  prototype of this model that was compared with silicon.
- Cortex-M55: Arm 102692 (Software Optimization Guide), Arm 101051, and LLVM's ARMScheduleM55.td, by
  Arm's engineers.
"""

from __future__ import annotations

from .operation import (
    BRANCHES,
    LOADS,
    MEMORY,
    STORES,
    Kind,
    Operation,
)
from .scoreboard import ScoreboardTable, Timing
from .sequential import SequentialTable

_K = Kind

CORTEX_M0 = SequentialTable(
    cycles={
        _K.LOAD: 2,
        _K.STORE: 2,
        _K.LOAD_MULTIPLE: 1,
        _K.STORE_MULTIPLE: 1,
    },
    taken={_K.BRANCH: 2, _K.CALL: 3, _K.INDIRECT_BRANCH: 2, _K.LOAD_MULTIPLE: 3},
    offset_register_store=2,
)

CORTEX_M0PLUS = SequentialTable(
    cycles=CORTEX_M0.cycles,
    taken={_K.BRANCH: 1, _K.CALL: 2, _K.INDIRECT_BRANCH: 1, _K.LOAD_MULTIPLE: 2},
    offset_register_store=2,
)

# A taken branch refills the pipeline in 1 to 3 cycles.
_REFILL = 2

CORTEX_M4 = SequentialTable(
    cycles={
        _K.LOAD: 2,
        _K.LOAD_PAIR: 3,
        _K.STORE_PAIR: 3,
        _K.LOAD_MULTIPLE: 1,
        _K.STORE_MULTIPLE: 1,
        _K.DIVIDE: 7,  # 2 to 12
        _K.CONDITION: 0,  # folded into the instruction before
        _K.FLOAT_MULTIPLY_ADD: 3,
        _K.FLOAT_DIVIDE: 14,
    },
    taken=dict.fromkeys(BRANCHES | LOADS, _REFILL),
    overlapping_loads=True,
    offset_register_store=2,
    address_wait=1,
    float_wait=1,
)

CORTEX_M3 = SequentialTable(
    cycles={
        **CORTEX_M4.cycles,
        _K.MULTIPLY_ADD: 2,
        _K.MULTIPLY_LONG: 4,  # 3 to 5
        _K.MULTIPLY_ADD_LONG: 5,  # 4 to 7
    },
    taken=CORTEX_M4.taken,
    overlapping_loads=True,
    offset_register_store=2,
    address_wait=1,
)

_MULTIPLIES = (
    _K.MULTIPLY,
    _K.MULTIPLY_ADD,
    _K.MULTIPLY_LONG,
    _K.MULTIPLY_ADD_LONG,
)

CORTEX_M33 = ScoreboardTable(
    timings={
        _K.LOAD: Timing(latency=2),
        _K.LOAD_PAIR: Timing(issue=2, latency=2),
        _K.STORE_PAIR: Timing(issue=2),
        _K.LOAD_MULTIPLE: Timing(latency=2),
        _K.DIVIDE: Timing(issue=6, latency=6),  # 2 to 11
        **dict.fromkeys(_MULTIPLIES, Timing(latency=2)),
        _K.FLOAT: Timing(latency=2),
        _K.FLOAT_MULTIPLY_ADD: Timing(latency=4),
        _K.FLOAT_DIVIDE: Timing(issue=14, latency=14),
    },
    taken=dict.fromkeys(BRANCHES | LOADS, _REFILL),
)

_MEMORY_UNIT = ("memory",)
_INTEGER_UNIT = ("integer",)
_MULTIPLY_UNIT = ("multiply",)


def _beats(units: tuple[str, ...], latency: int) -> Timing:
    """A vector instruction: two beats of 64 bits. The next one on another unit starts a cycle
    later, overlapping with it; on the same unit, two cycles later."""
    return Timing(issue=1, latency=latency, units=units, occupancy=2)


_SHORT_AND_SIMPLE = ("adds", "subs", "uxtb", "uxth", "sxtb", "sxth", "mov", "movs")


def _pairs_on_m55(first: Operation, second: Operation) -> bool:
    """Two 16-bit instructions of which one is simple, and not both a load or store."""
    simple = any(each.mnemonic.split(".")[0] in _SHORT_AND_SIMPLE for each in (first, second))
    both_memory = first.kind in MEMORY and second.kind in MEMORY
    return first.is_short and second.is_short and simple and not both_memory


CORTEX_M55 = ScoreboardTable(
    timings={
        _K.LOAD: Timing(latency=2, units=_MEMORY_UNIT),
        _K.STORE: Timing(units=_MEMORY_UNIT),
        _K.LOAD_PAIR: Timing(latency=2, units=_MEMORY_UNIT),
        _K.STORE_PAIR: Timing(units=_MEMORY_UNIT),
        _K.LOAD_MULTIPLE: Timing(latency=2, units=_MEMORY_UNIT),
        _K.STORE_MULTIPLE: Timing(units=_MEMORY_UNIT),
        _K.DIVIDE: Timing(issue=6, latency=6),
        **dict.fromkeys(_MULTIPLIES, Timing(latency=2)),
        _K.FLOAT: Timing(latency=2),
        _K.FLOAT_MULTIPLY_ADD: Timing(latency=4),
        _K.FLOAT_DIVIDE: Timing(issue=14, latency=14),
        _K.LOOP_END: Timing(issue=0, latency=0),  # the loop cache makes it free
        _K.VECTOR_LOAD: _beats(_MEMORY_UNIT, 1),
        _K.VECTOR_STORE: _beats(_MEMORY_UNIT, 1),
        # One element a cycle: two when they lie in different banks, which is not known here.
        _K.GATHER: Timing(latency=2, units=_MEMORY_UNIT),
        _K.SCATTER: Timing(units=_MEMORY_UNIT),
        _K.VECTOR_ALU: _beats(_INTEGER_UNIT, 1),
        _K.VECTOR_SHIFT: _beats(_INTEGER_UNIT, 2),
        _K.VECTOR_NARROW: _beats(_INTEGER_UNIT, 3),
        _K.VECTOR_MULTIPLY: _beats(_MULTIPLY_UNIT, 2),
        _K.VECTOR_COMPARE: _beats(_MULTIPLY_UNIT, 1),
        _K.VECTOR_MOVE: _beats(_INTEGER_UNIT + _MULTIPLY_UNIT, 1),
    },
    multiple_base=0,
    taken={**dict.fromkeys(BRANCHES | LOADS, 1), _K.LOOP_END: 0},
    pairs=_pairs_on_m55,
    index_delay=4,
    core_result_delay=1,
)

_ALONE_ON_M7 = frozenset(
    {
        _K.LOAD_PAIR,
        _K.STORE_PAIR,
        _K.LOAD_MULTIPLE,
        _K.STORE_MULTIPLE,
        _K.DIVIDE,
        _K.FLOAT_DIVIDE,
    }
)


def _pairs_on_m7(first: Operation, second: Operation) -> bool:
    """Whether the two issue together, as far as the measurements that are published tell."""
    kinds = {first.kind, second.kind}
    if kinds & _ALONE_ON_M7 or second.kind is _K.BITFIELD:
        return False
    multiplies = [each for each in (first, second) if each.kind in _MULTIPLIES]
    if len(multiplies) == 2 or (multiplies and kinds & STORES):
        return False
    shifts = [each for each in (first, second) if _uses_shifter(each)]
    floats = [each for each in (first, second) if each.kind.name.startswith("FLOAT")]
    if len(shifts) == 2 or len(floats) == 2:
        return False
    if first.kind is _K.STORE and second.kind is _K.STORE:
        return False
    return first.kind is not _K.LOAD or second.kind is not _K.LOAD or _in_two_banks(first, second)


def _uses_shifter(operation: Operation) -> bool:
    return operation.kind is _K.BITFIELD or (
        operation.kind is _K.ALU and operation.has_shifted_operand
    )


def _in_two_banks(first: Operation, second: Operation) -> bool:
    """Whether two loads surely go to the even and the odd words of the tightly coupled memory."""
    if first.offset is None or second.offset is None or first.base_update or second.base_update:
        return False
    same_base = first.address == second.address
    return same_base and (first.offset // 4) % 2 != (second.offset // 4) % 2


CORTEX_M7 = ScoreboardTable(
    timings={
        _K.DIVIDE: Timing(issue=7, latency=7),
        **dict.fromkeys(_MULTIPLIES, Timing(latency=2)),
        _K.FLOAT: Timing(latency=3),
        _K.FLOAT_MULTIPLY_ADD: Timing(latency=5),
        _K.FLOAT_DIVIDE: Timing(issue=16, latency=16),
    },
    multiple_base=0,
    registers_per_cycle=2,
    # Predicted branches cost their slot only; returns are not predicted from a stack.
    taken={_K.INDIRECT_BRANCH: 2, _K.LOAD_MULTIPLE: 2, _K.LOAD: 2},
    misprediction=6,
    pairs=_pairs_on_m7,
    address_delay=1,
    load_to_early_delay=1,
    late_advance=1,
    load_narrow_delay=1,
)
