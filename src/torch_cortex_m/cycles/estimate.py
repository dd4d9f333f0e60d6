"""Executed blocks -> an estimate of cycles."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from ..ir.artifacts import BasicBlock, BlockFlow
from ..target import Target
from . import tables
from .disassembly import Disassembly, disassemble
from .operation import BRANCHES, LOADS, Kind, Operation


class Pipeline(Protocol):
    """A core in the course of execution."""

    time: int

    def execute(self, operation: Operation) -> None: ...

    def take_branch(self, kind: Kind) -> None: ...


class Table(Protocol):
    """What is known of a core."""

    def pipeline(self) -> Pipeline: ...


@dataclass(frozen=True)
class CycleModel:
    """A core's table, and how far to trust what it says."""

    table: Table
    method: str
    deviation: str

    @property
    def text(self) -> str:
        """For every place where an estimate is shown."""
        return f"zero-wait-state estimate by {self.method}; {self.deviation}"


_PUBLISHED = "published instruction timings"
_SCOREBOARD = "an in-order scoreboard with published latencies"

CYCLE_MODELS = {
    "cortex-m0": CycleModel(
        tables.CORTEX_M0,
        f"{_PUBLISHED}, multiplier of 1 cycle (a core with the one of 32 is slower)",
        "not compared with silicon",
    ),
    "cortex-m0plus": CycleModel(
        tables.CORTEX_M0PLUS,
        f"{_PUBLISHED}, multiplier of 1 cycle (a core with the one of 32 is slower)",
        "not compared with silicon",
    ),
    "cortex-m3": CycleModel(tables.CORTEX_M3, _PUBLISHED, "not compared with silicon"),
    "cortex-m4": CycleModel(
        tables.CORTEX_M4,
        _PUBLISHED,
        "0.98-0.99 of what silicon takes",
    ),
    "cortex-m7": CycleModel(
        tables.CORTEX_M7,
        "approximate dual issue from measurements that others published",
        "not compared with silicon",
    ),
    "cortex-m33": CycleModel(tables.CORTEX_M33, _SCOREBOARD, "0.89-1.01 of what silicon takes"),
    "cortex-m55": CycleModel(
        tables.CORTEX_M55, f"{_SCOREBOARD}, two beats a vector", "0.92-1.08 of what silicon takes"
    ),
}
"""Core -> its model. The deviations are those of the models' prototype, with the same tables but
for a few latencies, on published kernels."""


def cycle_model(target: Target) -> CycleModel | None:
    """The model of a target's core, by its -mcpu flag; None where there is none."""
    for flag in target.flags:
        if flag.startswith("-mcpu="):
            return CYCLE_MODELS.get(flag.removeprefix("-mcpu=").split("+")[0])
    return None


@dataclass
class CycleEstimator:
    """Estimates cycles for one executable on one core."""

    model: CycleModel
    disassembly: Disassembly
    _edges: dict[tuple[BasicBlock, BasicBlock], int] = field(default_factory=dict)

    def cycles(self, flow: BlockFlow) -> int:
        """Cycles of all that a flow executed."""
        total = sum(count * self._edge_cycles(*edge) for edge, count in flow.items())
        return total + self._mispredicted_cycles(flow)

    def _edge_cycles(self, source: BasicBlock, target: BasicBlock) -> int:
        """Cycles of ``target`` right after ``source``, the branch that led there included."""
        edge = (source, target)
        if edge not in self._edges:
            self._edges[edge] = self._simulate(source, target)
        return self._edges[edge]

    def _simulate(self, source: BasicBlock, target: BasicBlock) -> int:
        before = self.disassembly.block(source)
        taken = before and self._is_taken(source, target)
        pipeline = self.model.table.pipeline()
        # A loop settles in its second round.
        rounds = 2 if source == target else 1
        start = 0
        for _ in range(rounds):
            _execute(pipeline, before)
            start = pipeline.time
            if taken:
                pipeline.take_branch(_branching_kind(before[-1]))
        _execute(pipeline, self.disassembly.block(target))
        return pipeline.time - start

    def _is_taken(self, source: BasicBlock, target: BasicBlock) -> bool:
        return target.address != self._end(source)

    def _end(self, block: BasicBlock) -> int:
        return block.address + sum(each.size for each in self.disassembly.block(block))

    def _mispredicted_cycles(self, flow: BlockFlow) -> int:
        """A conditional branch is taken to be predicted but when it goes its rarer way."""
        penalty = getattr(self.model.table, "misprediction", 0)
        if not penalty:
            return 0
        ways: dict[BasicBlock, list[int]] = defaultdict(lambda: [0, 0])
        for (source, target), count in flow.items():
            operations = self.disassembly.block(source)
            if operations and operations[-1].kind is Kind.BRANCH:
                ways[source][self._is_taken(source, target)] += count
        return penalty * sum(max(0, min(way)) for way in ways.values())


def _execute(pipeline: Pipeline, operations: Sequence[Operation]) -> None:
    for operation in operations:
        pipeline.execute(operation)


def _branching_kind(last: Operation) -> Kind:
    """The kind of a taken branch; ALU where a block was only cut in two."""
    branches = last.kind in BRANCHES or (last.kind in LOADS and "pc" in last.writes)
    return last.kind if branches else Kind.ALU


def cycle_estimator(image: Path, target: Target) -> CycleEstimator | None:
    """For an executable; None where the target's core has no model.

    Raises TcmError if objdump is missing.
    """
    model = cycle_model(target)
    if model is None:
        return None
    return CycleEstimator(model, disassemble(image))
