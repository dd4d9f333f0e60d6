"""tcm diff."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from rich import box
from rich.table import Table

from ..model.budgets import Budgets
from ..model.comparison import LAYER_COSTS, Comparison, compare
from ..model.comparison_data import comparison_data
from ..model.compiled import CompiledModel
from ..model.load import load
from ..model.report import Report
from ..model.saved_report import read_report
from .markdown import change_cells, comparison_page
from .over_budget import tell
from .terminal import terminal


def diff_folders(
    before: Path, after: Path, as_json: bool, as_markdown: bool, budgets: Budgets
) -> bool:
    """Prints what changed, as tables, JSON or Markdown; whether the budgets are kept. Raises
    TcmError."""
    found = _read(before), _read(after)
    if isinstance(found[1], CompiledModel):
        budgets.check_known(found[1].report)
    old, new = map(_report, found)
    comparison = compare(old, new)
    if as_json:
        print(json.dumps(comparison_data(str(before), str(after), comparison), indent=2))
    elif as_markdown:
        print(comparison_page(str(before), str(after), comparison))
    else:
        _print(comparison)
    return tell([*budgets.exceeded(new), *budgets.outgrown(comparison)])


def _read(path: Path) -> CompiledModel | Report:
    return load(path) if path.is_dir() else read_report(path)


def _report(found: CompiledModel | Report) -> Report:
    """A model is measured on its core, if it has one; a report was."""
    if isinstance(found, Report):
        return found
    report = found.report if found.target.machine is None else found.profile()
    return report.with_layer_sizes()


def _print(comparison: Comparison) -> None:
    show: Callable[[Table], None] = terminal().print
    show(_totals(comparison))
    if comparison.layers:
        show(_layers(comparison))
    else:
        print("no layer changed")


def _totals(comparison: Comparison) -> Table:
    table = _table("one inference", "before", "after", "change", "%")
    for name, change in comparison.totals.items():
        table.add_row(name, *change_cells(change))
    return table


def _layers(comparison: Comparison) -> Table:
    """One row a layer, in it a line for each cost that changed."""
    table = _table("layer", "cost", "before", "after", "change", "%")
    table.columns[1].justify = "left"
    table.caption, table.caption_justify = LAYER_COSTS, "left"
    for layer in comparison.layers:
        lines = [[name, *change_cells(cost)] for name, cost in layer.changed.items()]
        columns = ["\n".join(column) for column in zip(*lines, strict=True)]
        table.add_row(f"{layer.name}\n{layer.kernels}", *columns)
    return table


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), show_edge=False)
    table.add_column(first, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table
