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
    """One row a layer and a footer with the totals; cycles only where they are estimated."""
    title = f"{report.target}, emulated; exact instructions"
    caption = f"cycles: {report.cycles_model}" if report.cycles_model else None
    table = Table(title=title, caption=caption, caption_justify="left", show_footer=True)
    table.add_column("layer", "total", overflow="fold")
    memory = f"flash {report.flash_bytes} B, RAM {report.ram_bytes} B"
    table.add_column("kernel", memory, overflow="fold")
    table.add_column("MACs", f"{report.macs:,}", justify="right")
    table.add_column("instructions", _count(report.instructions), justify="right")
    table.add_column("per MAC", justify="right")
    if report.cycles_model:
        table.add_column("cycles, estimated", _count(report.cycles), justify="right")
        table.add_column("per MAC", justify="right")
    for layer in report.layers:
        cells = [layer.name, layer.kernel, f"{layer.macs:,}"]
        cells += [_count(layer.instructions), _per_mac(layer.instructions, layer.macs)]
        if report.cycles_model:
            cells += [_count(layer.cycles), _per_mac(layer.cycles, layer.macs)]
        table.add_row(*cells)
    return table


def _count(value: int | None) -> str:
    return f"{value or 0:,}"


def _per_mac(value: int | None, macs: int) -> str:
    return f"{(value or 0) / macs:.2f}" if macs else ""
