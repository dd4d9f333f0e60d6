"""What changed between two compilations of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .report import LayerReport, Report

LOSS = "loss, %"
"""The name of ``Report.loss`` among the totals."""


@dataclass(frozen=True)
class Change:
    """A quantity before and after; None where it is not known, or nothing there has it."""

    before: float | None
    after: float | None

    @property
    def difference(self) -> float | None:
        if self.before is None or self.after is None:
            return None
        return round(self.after - self.before, 3)

    @property
    def percent(self) -> float | None:
        """By how much it grew; None also from nothing to something."""
        if self.difference is None or self.before is None or (self.before == 0 != self.after):
            return None
        return 100 * self.difference / self.before if self.before else 0.0


@dataclass(frozen=True)
class LayerChange:
    """A layer that one of two compilations lacks, or that has another kernel or other costs."""

    name: str
    before: LayerReport | None
    after: LayerReport | None

    @property
    def instructions(self) -> Change:
        return Change(
            None if self.before is None else self.before.instructions,
            None if self.after is None else self.after.instructions,
        )

    @property
    def cycles(self) -> Change:
        return Change(
            None if self.before is None else self.before.cycles,
            None if self.after is None else self.after.cycles,
        )

    @property
    def kernels(self) -> str:
        """ "before -> after", or the one that both have."""
        names = [layer.kernel if layer else "none" for layer in (self.before, self.after)]
        return " -> ".join(dict.fromkeys(names))


@dataclass(frozen=True)
class Comparison:
    """totals: every quantity that one of two reports knows. layers: those that changed."""

    totals: Mapping[str, Change]
    layers: tuple[LayerChange, ...]


def compare(before: Report, after: Report) -> Comparison:
    """Layers are the same where they have the same name."""
    first, second = totals(before), totals(after)
    pairs = {name: Change(first[name], second[name]) for name in first}
    known = {name: pair for name, pair in pairs.items() if pair != Change(None, None)}
    return Comparison(known, _layers(before, after))


def totals(report: Report) -> dict[str, float | None]:
    """The quantities of a report, by their names in words; all are integers but the loss."""
    return {
        "instructions": report.instructions,
        "cycles": report.cycles,
        "RAM": None if report.stack_bytes is None else report.ram_bytes,
        "arena": report.arena_bytes,
        "states": report.state_bytes or None,
        "stack": report.stack_bytes,
        "flash": report.flash_bytes,
        "constants": report.constant_bytes,
        "MACs": report.macs,
        LOSS: report.loss,
    }


def _layers(before: Report, after: Report) -> tuple[LayerChange, ...]:
    old = {layer.name: layer for layer in before.layers}
    new = {layer.name: layer for layer in after.layers}
    changes = (LayerChange(name, old.get(name), new.get(name)) for name in {**new, **old})
    return tuple(change for change in changes if _costs(change.before) != _costs(change.after))


def _costs(layer: LayerReport | None) -> tuple[object, ...] | None:
    """What is compared: all but the line in the model."""
    if layer is None:
        return None
    return layer.op, layer.kernel, layer.macs, layer.instructions, layer.cycles, layer.copied_bytes
