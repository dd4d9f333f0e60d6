"""What changed between two compilations of a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .report import LayerReport, Report

LAYER_COSTS = (
    "RAM of a layer: of the arena in use while it runs. Flash: its constants, and its code by an "
    "estimate, which counts in each layer that calls it."
)
"""What the bytes of a layer are."""

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
    def costs(self) -> Mapping[str, Change]:
        """By their names in words; RAM, flash and what is copied in bytes."""
        before, after = _costs(self.before), _costs(self.after)
        return {name: Change(before.get(name), after.get(name)) for name in {**before, **after}}

    @property
    def changed(self) -> Mapping[str, Change]:
        """The costs that are not as they were: of a layer that is new or gone all that it has, of
        another those that are known on both sides."""
        if self.before is None or self.after is None:
            return {name: cost for name, cost in self.costs.items() if cost.before or cost.after}
        return {name: cost for name, cost in self.costs.items() if cost.difference}

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
    return tuple(change for change in changes if _has_changed(change))


def _has_changed(layer: LayerChange) -> bool:
    if layer.before is None or layer.after is None or layer.changed:
        return True
    return (layer.before.op, layer.before.kernel) != (layer.after.op, layer.after.kernel)


def _costs(layer: LayerReport | None) -> dict[str, int | None]:
    if layer is None:
        return {}
    return {
        "instructions": layer.instructions,
        "cycles": layer.cycles,
        "RAM": layer.ram_bytes,
        "flash": layer.flash_bytes,
        "MACs": layer.macs,
        "copied": layer.copied_bytes,
    }
