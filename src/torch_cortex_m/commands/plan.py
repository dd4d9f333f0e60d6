"""tcm plan."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich import box
from rich.table import Table

from ..generate.curve import CurvePoint, ram_curve
from .terminal import terminal
from .tuned import load_tuned

BAR = 24
"""Characters of the longest bar."""


def plan_folder(folder: Path, tuning: Path | None, as_json: bool) -> None:
    """Prints what a compiled model would take and cost with smaller budgets of RAM."""
    points: list[CurvePoint] = []
    console = terminal(stderr=True)
    with console.status("planning") as status:
        generated = load_tuned(folder, tuning).generated
        for point in ram_curve(generated):
            points.append(point)
            status.update(f"planning: less than {point.arena_bytes:,} B")
    if as_json:
        print(json.dumps([asdict(point) for point in points], indent=2))
    else:
        own = [each.layer for each in generated.preferences.own_kernels]
        terminal().print(curve_table(points, own))


def curve_table(points: Sequence[CurvePoint], own: Sequence[str] = ()) -> Table:
    """A row for each point: the arena, as a bar and in bytes, what it costs, and how many layers
    compute a few rows at a time. own: layers whose kernels are the user's, of which neither cycles
    nor code are known."""
    left_out = f" What your own kernels take is not in them: {', '.join(own)}." if own else ""
    table = Table(
        title="What --ram would choose",
        caption="Cycles and flash (the layers' code and constants, and the code that goes by rows) "
        "are estimated: small layers may take more, or less. tcm profile measures what was "
        "compiled, and its stack; with --tuning, measurements of tcm tune count." + left_out,
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
    )
    table.add_column("arena", no_wrap=True)
    for heading in ("bytes", "cycles", "more", "flash", "by rows"):
        table.add_column(heading, justify="right", no_wrap=True)
    first = points[0]
    for point in points:
        bar = "█" * max(1, round(BAR * point.arena_bytes / max(first.arena_bytes, 1)))
        cells = [f"{point.arena_bytes:,}", *_cycles(point, first)]
        table.add_row(bar, *cells, f"{point.flash_bytes:,}", str(point.by_rows or ""))
    return table


def _cycles(point: CurvePoint, first: CurvePoint) -> list[str]:
    """Those of a point, and how many more than of the first; nothing where they are not known."""
    if not (point.cycles and first.cycles):
        return ["", ""]
    return [f"{point.cycles:,}", f"{100 * (point.cycles / first.cycles - 1):+.1f} %"]
