"""tcm diff."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from rich import box
from rich.table import Table

from ..model.budgets import Budgets
from ..model.comparison import Comparison, compare
from ..model.load import load
from ..model.report import Report
from ..model.saved_report import read_report
from .markdown import change_cells, comparison_page
from .over_budget import tell
from .terminal import terminal


def diff_folders(before: Path, after: Path, markdown: bool, budgets: Budgets) -> bool:
    """Prints what changed; whether the budgets are kept. Raises TcmError."""
    old, new = _report(before), _report(after)
    comparison = compare(old, new)
    if markdown:
        print(comparison_page(str(before), str(after), comparison))
    else:
        _print(comparison)
    return tell([*budgets.exceeded(new), *budgets.outgrown(comparison)])


def _report(path: Path) -> Report:
    """A folder is measured on its core, if it has one; a file was."""
    if not path.is_dir():
        return read_report(path)
    compiled = load(path)
    return compiled.report if compiled.target.machine is None else compiled.profile()


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
    table = _table("layer", "instr. before", "after", "change", "%")
    for layer in comparison.layers:
        name = f"{layer.name}\n{layer.kernels}"
        table.add_row(name, *change_cells(layer.instructions))
    return table


def _table(first: str, *numbers: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 0, 0, 1), show_edge=False)
    table.add_column(first, overflow="fold")
    for name in numbers:
        table.add_column(name, justify="right", no_wrap=True)
    return table
