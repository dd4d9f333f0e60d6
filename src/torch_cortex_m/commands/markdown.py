"""Tables in Markdown, for the summary that a continuous integration shows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..model.budgets import Budgets
from ..model.comparison import LAYER_COSTS, Change, Comparison, LayerChange, totals
from ..model.report import LayerReport, Report
from ..text import one_line

_MEANING = re.compile(r"([\\`*_{}\[\]<>()#+!|~&@:$])")


def profile_page(report: Report, budgets: Budgets) -> str:
    """Totals beside their budgets, and the layers."""
    limits = budgets.limits
    rows = [
        [
            name,
            f"{value:,}",
            f"{limits[name]:,}" if name in limits else "",
            _kept(value, name, limits),
        ]
        for name, value in totals(report).items()
        if value is not None
    ]
    layers = [
        [cell(layer.name), cell(layer.kernel), *map(number, _costs(layer))]
        for layer in report.layers
    ]
    part = [] if report.part is None else ["", cell(report.part.text)]
    board = [] if report.board is None else ["", cell(report.board.text(report.cycles))]
    return "\n".join(
        [
            f"### {cell(report.target)}",
            "",
            *table(["", "one inference", "budget", ""], rows),
            *part,
            *board,
            "",
            *table(["layer", "kernel", "MACs", "instructions", "cycles"], layers),
        ]
    )


def _costs(layer: LayerReport) -> tuple[int | None, ...]:
    return layer.macs, layer.instructions, layer.cycles


def _kept(value: float, name: str, limits: Mapping[str, float]) -> str:
    if name not in limits:
        return ""
    return "kept" if value <= limits[name] else "**over**"


def comparison_page(before: str, after: str, comparison: Comparison) -> str:
    """Totals, and the layers that changed."""
    rows = [[name, *change_cells(change)] for name, change in comparison.totals.items()]
    layers = [row for layer in comparison.layers for row in _changed_rows(layer)]
    parts = [
        f"### {cell(before)} to {cell(after)}",
        "",
        *table(["", "before", "after", "change", "%"], rows),
        "",
    ]
    if not layers:
        return "\n".join([*parts, "No layer changed."])
    names = ["layer", "kernel", "cost", "before", "after", "change", "%"]
    return "\n".join([*parts, *table(names, layers), "", LAYER_COSTS])


def _changed_rows(layer: LayerChange) -> Iterator[list[str]]:
    """One for each cost that changed, the first with the layer's name; one if only the kernel is
    another."""
    first = [cell(layer.name), cell(layer.kernels)]
    costs = [[name, *change_cells(cost)] for name, cost in layer.changed.items()]
    for index, cost in enumerate(costs or [[""] * 5]):
        yield [*(["", ""] if index else first), *cost]


def change_cells(change: Change) -> list[str]:
    """Before, after, the difference and the percentage."""
    percent = "" if change.percent is None else f"{change.percent:+.2f}"
    difference = "" if change.difference is None else f"{change.difference:+,}"
    return [number(change.before), number(change.after), difference, percent]


def number(value: float | None) -> str:
    return "" if value is None else f"{value:,}"


def table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [names, ["---"] * len(names), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def cell(text: str) -> str:
    """Text that stays text in a table."""
    return _MEANING.sub(r"\\\1", one_line(text))
