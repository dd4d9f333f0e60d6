"""Rows -> a table for the terminal, JSON and a plot."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from torch_cortex_m.cycles import CYCLE_MODELS

from .measure import Row
from .variants import CMSIS_NN, OURS, REFERENCE

MEASURES = (("instructions", "instr"), ("cycles", "cycles"))
VARIANTS = ((OURS, "ours"), (REFERENCE, "ref"), (CMSIS_NN, "CMSIS-NN"))


def layer_table(rows: Sequence[Row], title: str) -> Table:
    """Instructions and estimated cycles a unit of work, ours against the others."""
    table = _table(title, rows, ("layer", "our kernel"))
    for row in rows:
        strategy = row.costs[OURS].kernel.split("__")[-1]
        table.add_row(row.name, strategy, *_cells(row, row.work))
    return table


def network_table(rows: Sequence[Row], title: str) -> Table:
    """Millions of instructions and of estimated cycles an inference, and the size of the code."""
    table = _table(title, rows, ("network", "core", "compiler"))
    for heading in ("KB: ours", "CMSIS-NN", "equal"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        code = [row.costs[v].code_bytes if v in row.costs else None for v in (OURS, CMSIS_NN)]
        sizes = [_number(size, 1000) for size in code]
        equal = "yes" if row.equal else "NO"
        table.add_row(row.name, row.core, row.compiler, *_cells(row, 1_000_000), *sizes, equal)
    return table


def _table(title: str, rows: Sequence[Row], names: Sequence[str]) -> Table:
    table = Table(title=title, caption=_caption(rows), caption_justify="left")
    for name in names:
        table.add_column(name, no_wrap=True)
    for _, measure in MEASURES:
        headings = [label for _, label in VARIANTS] + ["ratio"]
        headings[0] = f"{measure}: {headings[0]}"
        for heading in headings:
            table.add_column(heading, justify="right", no_wrap=True)
    return table


def _cells(row: Row, unit: int) -> Iterable[str]:
    for measure, _ in MEASURES:
        for variant, _ in VARIANTS:
            cost = row.costs.get(variant)
            yield _number(None if cost is None else getattr(cost, measure), unit)
        ratio = row.ratio(measure)
        yield "" if ratio is None else f"{ratio:.2f}x"


def _number(value: float | None, unit: int) -> str:
    """Three significant digits."""
    if value is None:
        return ""
    value /= unit
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


def _caption(rows: Sequence[Row]) -> str:
    """What the cycles of the rows' cores are worth."""
    cores = dict.fromkeys(row.core for row in rows if row.core in CYCLE_MODELS)
    return "\n".join(f"cycles of {core}: {CYCLE_MODELS[core].text}" for core in cores)


def write_json(path: Path, rows: Sequence[Row], facts: dict[str, Any]) -> None:
    """All measurements with the ratios, and what is known of how they were made."""
    data = {
        **facts,
        "cycles_model": {core: model.text for core, model in CYCLE_MODELS.items()},
        "rows": [
            {
                **asdict(row),
                "cmsis_nn_instructions_ratio": row.ratio("instructions"),
                "cmsis_nn_cycles_ratio": row.ratio("cycles"),
            }
            for row in rows
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n")


def write_plot(path: Path, rows: Sequence[Row]) -> None:
    """Estimated cycles, for each core that has any: layers by unit of work, networks in millions.
    Needs matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    panels = [
        (f"{core}, {compiler}", kind, chosen)
        for kind in ("layers", "networks")
        for core, compiler in dict.fromkeys((row.core, row.compiler) for row in rows)
        if (chosen := _plotted(rows, core, compiler, kind))
    ]
    if not panels:
        return
    heights = [0.9 + 0.22 * len(chosen) for *_, chosen in panels]
    figure, axes = pyplot.subplots(
        len(panels),
        1,
        figsize=(9, sum(heights)),
        height_ratios=heights,
        layout="constrained",
        squeeze=False,
    )
    for axis, (name, kind, chosen) in zip(axes[:, 0], panels, strict=True):
        _points(axis, chosen, networks=kind == "networks")
        unit = "millions of cycles" if kind == "networks" else "cycles a MAC (or output element)"
        axis.set_title(f"{name}: {unit}, zero-wait-state estimate", loc="left", fontsize=10)
    axes[0, 0].legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False)
    figure.savefig(path, dpi=120)
    pyplot.close(figure)


def _plotted(rows: Sequence[Row], core: str, compiler: str, kind: str) -> list[Row]:
    return [
        row
        for row in rows
        if (row.core, row.compiler) == (core, compiler)
        and (row.family == "network") == (kind == "networks")
        and row.costs[OURS].cycles is not None
    ]


def _points(axis: Any, rows: Sequence[Row], *, networks: bool) -> None:
    """A line of points for each row, on a logarithmic axis: bars would need a zero."""
    colors = {REFERENCE: "0.7", CMSIS_NN: "C1", OURS: "C0"}
    for variant, label in reversed(VARIANTS):  # ours on top
        places = [index for index, row in enumerate(rows) if variant in row.costs]
        values = [
            (rows[index].costs[variant].cycles or 0) / (1e6 if networks else rows[index].work)
            for index in places
        ]
        axis.scatter(values, places, label=label, color=colors[variant], zorder=3)
    axis.set_yticks(range(len(rows)), [row.name for row in rows], fontsize=8)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xscale("log")
    axis.xaxis.set_major_formatter("{x:g}")
    axis.xaxis.set_minor_formatter("")
    axis.grid(which="both", axis="x", alpha=0.3)
    axis.grid(axis="y", alpha=0.3)
