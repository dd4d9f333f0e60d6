"""tcm profile."""

from __future__ import annotations

import json
from pathlib import Path

from rich import box
from rich.table import Table

from ..model.budgets import Budgets
from ..model.load import load
from ..model.report import Report
from ..target import PARTS, Target
from .arrays import read_inputs
from .markdown import profile_page
from .over_budget import tell
from .terminal import terminal


def profile_folder(
    folder: Path,
    inputs: Path | None,
    part: str | None,
    on: str | None,
    as_json: bool,
    as_markdown: bool,
    budgets: Budgets,
) -> bool:
    """Measures a compiled folder on its emulated core, and on a board if one is named, and prints a
    table, JSON or Markdown; whether the budgets are kept."""
    compiled = load(folder)
    budgets.check_known(compiled.report)
    part = part or _own_part(compiled.target)
    report = compiled.profile(*read_inputs(inputs, compiled.graph), part=part, on=on)
    if as_json:
        print(json.dumps(report.with_layer_sizes().as_data(), indent=2))
    elif as_markdown:
        print(profile_page(report, budgets))
    else:
        terminal().print(report_table(report))
    return tell(budgets.exceeded(report))


def _own_part(target: Target) -> str | None:
    """The part that a folder was compiled for, if what its caches fetch can be counted."""
    part = PARTS.get(target.part)
    return None if part is None or part.code is None else part.name


def report_table(report: Report) -> Table:
    """One row a layer and a footer with the totals, for a terminal of 80 columns; cycles only
    where they are estimated."""
    cycles = report.cycles_model
    board = None if report.board is None or report.board.cycles is None else report.board
    table = Table(
        title=f"{report.target}, emulated: flash {report.flash_bytes or 0:,} B, "
        f"RAM {report.ram_bytes:,} B",
        caption="\n".join(
            [
                *_stream(report),
                *(f"Kernel of your own: {text}." for text in report.own_kernels),
                *([] if report.part is None else [report.part.text]),
                *([] if report.board is None else [report.board.text(report.cycles)]),
                f"{_memory(report)} Instructions (instr.) are exact.{_estimate(report)}",
            ]
        ),
        caption_justify="left",
        show_footer=True,
        box=box.SIMPLE_HEAD,
        padding=(0, 0, 0, 1),
        show_edge=False,
    )
    table.add_column("layer", "total", overflow="fold")
    table.add_column("operator and kernel", overflow="fold")
    table.add_column("MACs", f"{report.macs:,}", justify="right", no_wrap=True)
    table.add_column("instr.", _count(report.instructions), justify="right", no_wrap=True)
    table.add_column("/MAC", justify="right")
    if cycles:
        table.add_column("cycles", _count(report.cycles), justify="right", no_wrap=True)
        table.add_column("/MAC", justify="right")
    if board:
        table.add_column("board", _count(board.cycles), justify="right", no_wrap=True)
    for index, layer in enumerate(report.layers):
        strategy = layer.kernel.partition("__")[2]
        cells = [layer.name, f"{layer.op} {strategy}", f"{layer.macs:,}"]
        cells += [_count(layer.instructions), _per_mac(layer.instructions, layer.macs)]
        if cycles:
            cells += [_count(layer.cycles), _per_mac(layer.cycles, layer.macs)]
        if board:
            cells.append(_count(board.layers[index]) if board.layers else "")
        table.add_row(*cells)
    return table


def _stream(report: Report) -> list[str]:
    """What is to be known before the figures of a stream: they are those of one call."""
    if report.stream is None:
        return []
    return [f"Of one call; stream of {report.stream.input}: {report.stream.summary}."]


def _memory(report: Report) -> str:
    """What the RAM of the title is made of."""
    parts = {"arena": report.arena_bytes, "states": report.state_bytes}
    parts |= {"stack": report.stack_bytes or 0}
    return f"RAM: {', '.join(f'{name} {size:,} B' for name, size in parts.items() if size)}."


def _estimate(report: Report) -> str:
    """What the cycles are worth."""
    if report.cycles_model is None:
        return ""
    flash = "" if report.part else " --part adds what flash and caches cost (docs/performance.md)."
    return f" Cycles: {report.cycles_model}.{flash}"


def _count(value: int | None) -> str:
    return f"{value or 0:,}"


def _per_mac(value: int | None, macs: int) -> str:
    return f"{(value or 0) / macs:.2f}" if macs else ""
