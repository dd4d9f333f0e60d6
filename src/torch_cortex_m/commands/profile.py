"""tcm profile."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from ..api import load
from ..report import Report
from .arrays import read_inputs


def profile_folder(folder: Path, inputs: Path | None, as_json: bool) -> None:
    """Measures a compiled folder on its emulated core and prints a table or JSON."""
    compiled = load(folder)
    report = compiled.profile(*read_inputs(inputs, compiled.graph))
    if as_json:
        print(json.dumps(report.as_data(), indent=2))
    else:
        Console().print(report_table(report))


def report_table(report: Report) -> Table:
    """One row a layer and a footer with the totals."""
    table = Table(title=f"{report.target}, emulated; exact instructions", show_footer=True)
    table.add_column("layer", "total", overflow="fold")
    memory = f"flash {report.flash_bytes} B, RAM {report.ram_bytes} B"
    table.add_column("kernel", memory, overflow="fold")
    table.add_column("MACs", f"{report.macs:,}", justify="right")
    table.add_column("instructions", f"{report.instructions or 0:,}", justify="right")
    table.add_column("per MAC", justify="right")
    for layer in report.layers:
        count = layer.instructions or 0
        table.add_row(
            layer.name,
            layer.kernel,
            f"{layer.macs:,}",
            f"{count:,}",
            f"{count / layer.macs:.2f}" if layer.macs else "",
        )
    return table
